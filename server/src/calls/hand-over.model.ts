import type { FactOf } from '#contracts/gateway.contract';
import { CallId } from '#contracts/ids.contract';
import { newCallParty, presentParty, type CallParty, type ToldOf } from './call-parties.model.ts';
import { EMPTY_DRAFT } from './call-draft.model.ts';
import type { Call } from './call.model.ts';

/*
 * A call passes from one agent to another, to nobody while a blind transfer rings, to a telephone, or back to the queue.
 *
 * Each agent writes up their own part. The part of the one who leaves becomes a call of its own, `<call>-<n>`, in wrap-up; the call
 * itself goes on with the next. The part is stored first: an interruption in between repeats both, under the same id.
 */

type OwnerChanged = FactOf<'call.owner-changed'>;

/** What the agent who leaves has to write up; null when nobody leaves. */
export function partOfLeaver(call: Call, { agentId }: OwnerChanged, at: string): Call | null {
  if (call.phase !== 'talking' || call.agentId === null || call.agentId === agentId) return null;
  return {
    ...call,
    id: CallId.parse(`${call.id}-${call.handOvers + 1}`),
    version: 1,
    phase: 'wrap-up',
    partOf: call.id,
    endedAt: at,
    cause: 'transferred',
    endedBy: 'agent',
    talkMs: Math.max(0, Date.parse(at) - Date.parse(call.answeredAt ?? at)),
    isMuted: false,
    parties: [],
    privately: [],
    isRecordingPaused: false,
    recording: call.recording.state === 'recording' ? { ...call.recording, state: 'saving' } : call.recording,
  };
}

/** The call itself, with the agent who is responsible from now on. Private talks are over and nobody is on hold any more. */
export function passOn(call: Call, { agentId, party }: OwnerChanged, told: ToldOf): Call {
  if (call.phase === 'talking' && call.agentId === agentId) return call;
  const isLeft = call.phase === 'talking' && call.agentId !== null;
  const leaver = isLeft ? call.agentId : null;
  const parties = call.parties
    .filter(({ userId }) => leaver === null || userId !== leaver)
    .map((one) => ({ ...one, isHeld: false }));
  return {
    ...call,
    phase: 'talking',
    agentId,
    answeredAt: agentId === null ? call.answeredAt : told.at,
    offeredAt: null,
    isMuted: false,
    privately: [],
    parties: agentId === null || party === null ? parties : withOwner(parties, { id: party, userId: agentId }, told),
    draft: isLeft ? EMPTY_DRAFT : call.draft,
    handOvers: isLeft ? call.handOvers + 1 : call.handOvers,
    handedOverNote: isLeft ? call.draft.note : call.handedOverNote,
  };
}

/** The gateway lets the resident wait for another agent. A caller who was never answered waits already. */
export function toQueue(call: Call): Call {
  if (call.phase !== 'talking' || call.agentId !== null) return call;
  return { ...call, phase: 'queued', offeredAt: null, privately: [] };
}

function withOwner(parties: CallParty[], owner: Pick<CallParty, 'id' | 'userId'>, { at, name }: ToldOf): CallParty[] {
  const known = parties.find(({ id }) => id === owner.id);
  const party = known ?? newCallParty(owner.id, 'agent', owner.userId, name);
  const responsible: CallParty = {
    ...presentParty(party, party.joinedAt ?? at),
    role: 'agent',
    supervision: null,
    isHidden: false,
  };
  return [...parties.filter((one) => one !== known), responsible];
}
