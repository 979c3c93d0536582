import type { UserId } from '#contracts/ids.contract';
import type { PartyId } from '#contracts/parties.contract';
import { RESIDENT } from '#contracts/parties.contract';
import { isRunning } from './call-ending.model.ts';
import type { CallCommand, CallEvent, Step, Talking } from './call.model.ts';
import { legOf } from './call.model.ts';
import type { Party } from './conversation.model.ts';
import { cutOff, hear, newParty, noteChanged, partyOf, replaceParty, withoutParty } from './party-changes.model.ts';
import { goOnWaiting } from './queueing.model.ts';

/*
 * Who is responsible for a call, and how that passes on: transfer (attended and blind), takeover by a supervisor, return to the queue.
 * The recording's channel `agent` is always the responsible agent's.
 */

/** Each may need a channel of the recording, which has eight. */
const MAX_SUPERVISORS = 2;

/** Attended transfer: the agent leaves, a party that is here talks with the resident. */
export function transfer(state: Talking, id: PartyId): Step {
  const heir = partyOf(state, id);
  if (heir?.standing !== 'present' || heir.supervision !== null || id === RESIDENT || id === state.ownerPartyId)
    return { state, commands: [] };
  const left = withoutOwner(state, 'left');
  const inherited = inherit(left.state, heir);
  return { state: inherited.state, commands: [...left.commands, ...inherited.commands] };
}

/** Blind transfer: the agent goes at once, and the resident hears music until the heir is here. */
export function leaveToHeir(state: Talking): Step<Talking> {
  const left = withoutOwner(state, 'left');
  return {
    state: left.state,
    commands: [...left.commands, ...hear(left.state), ownerChanged(left.state, null)],
  };
}

/** The heir is responsible from now on; private talks are over and nobody is on hold any more. */
export function inherit(state: Talking, heir: Party): Step<Talking> {
  const isAgent = heir.place.kind === 'phone';
  const together: Talking = {
    ...state,
    heir: null,
    privately: [],
    ownerPartyId: isAgent ? heir.id : null,
    parties: state.parties.map((party) => ({
      ...party,
      isHeld: false,
      ...(party.id === heir.id && isAgent ? { role: 'agent', channel: 'agent' } : {}),
    })),
  };
  const commands: CallCommand[] = [];
  if (isRunning(state.recording)) {
    if (isAgent) {
      commands.push({ type: 'assign-channel', name: heir.channel, leg: null });
      commands.push({ type: 'assign-channel', name: 'agent', leg: legOf(state.callId, heir) });
    }
    commands.push({ type: 'mark-recording', kind: 'transferred' });
  }
  const now = partyOf(together, heir.id) ?? heir;
  return { state: together, commands: [...commands, ...hear(together), ownerChanged(together, isAgent ? now : null)] };
}

/** A supervisor joins, changes how they take part, or leaves (`mode` null). */
export function supervise(state: Talking, { party: id, userId, mode }: Extract<CallEvent, { type: 'supervise' }>): Step {
  const known = partyOf(state, id);
  if (known !== undefined && (known.role !== 'supervisor' || known.place.kind !== 'phone' || known.place.userId !== userId))
    return { state, commands: [] };
  if (known === undefined && state.parties.filter(({ role }) => role === 'supervisor').length >= MAX_SUPERVISORS)
    return { state, commands: [] };
  if (mode === null) return known === undefined ? { state, commands: [] } : endSupervision(state, known);
  const supervisor: Party = {
    ...(known ?? newSupervisor(state, id, userId)),
    supervision: mode,
  };
  const next = known === undefined ? { ...state, parties: [...state.parties, supervisor] } : replaceParty(state, supervisor);
  const { callId } = state;
  const commands: CallCommand[] = [...recordSupervisor(next, supervisor, known?.supervision ?? null), ...hear(next)];
  if (known === undefined)
    commands.push({ type: 'emit', fact: { type: 'party.joined', callId, party: id, role: 'supervisor', userId } });
  return { state: next, commands: [...commands, noteChanged(next, supervisor)] };
}

/** A supervisor takes the call from the agent, who is free at once. */
export function takeOver(state: Talking, id: PartyId, userId: UserId): Step {
  const known = partyOf(state, id);
  const isTheirs = known === undefined || (known.place.kind === 'phone' && known.place.userId === userId);
  if (!isTheirs || (known !== undefined && known.role !== 'supervisor') || state.ownerPartyId === null)
    return { state, commands: [] };
  const heir: Party = {
    ...(known ?? newSupervisor(state, id, userId)),
    supervision: null,
  };
  const joined: Talking = known === undefined ? { ...state, parties: [...state.parties, heir] } : replaceParty(state, heir);
  const left = withoutOwner(joined, 'removed');
  const inherited = inherit(left.state, heir);
  return { state: inherited.state, commands: [...left.commands, ...inherited.commands] };
}

/** The agent gives the call back: the resident hears music and waits for another, everybody else leaves. */
export function requeue(state: Talking): Step {
  if (!state.isConnected) return { state, commands: [] };
  const left = withoutOwner(state, 'left');
  const back = returnToQueue(left.state);
  return { state: back.state, commands: [...left.commands, ...back.commands] };
}

/** The resident waits alone. */
export function returnToQueue(state: Talking): Step {
  const { callId, isRecorded, lines, from, to, answeredAtMs, recording } = state;
  const commands: CallCommand[] = [];
  for (const party of state.parties) {
    if (party.id === RESIDENT) continue;
    if (party.place.kind === 'line') commands.push({ type: 'close-line', party: party.id, status: 480 });
    else if (party.standing === 'present') commands.push(cutOff(state, party));
    else commands.push({ type: 'stop-timer', timer: `invite:${party.id}` });
    if (isRunning(recording) && party.standing === 'present')
      commands.push({ type: 'assign-channel', name: party.channel, leg: null });
    commands.push({ type: 'emit', fact: { type: 'party.left', callId, party: party.id, reason: 'removed' } });
  }
  const waiting = goOnWaiting({ callId, isRecorded, lines, from, to, talk: { answeredAtMs, recording } });
  return { state: waiting.state, commands: [...commands, ownerChanged(state, null), ...waiting.commands] };
}

const newSupervisor = ({ parties }: Talking, id: PartyId, userId: UserId): Party =>
  newParty({ id, role: 'supervisor', place: { kind: 'phone', userId }, standing: 'present' }, parties);

function endSupervision(state: Talking, supervisor: Party): Step {
  const gone = withoutParty(state, supervisor.id);
  return {
    state: gone,
    commands: [
      cutOff(state, supervisor),
      ...recordSupervisor(state, { ...supervisor, supervision: 'listen' }, supervisor.supervision),
      ...hear(gone),
      { type: 'emit', fact: { type: 'party.left', callId: state.callId, party: supervisor.id, reason: 'left' } },
    ],
  };
}

/** A supervisor's voice is recorded from when somebody hears it until nobody does. */
function recordSupervisor(state: Talking, supervisor: Party, before: Party['supervision']): CallCommand[] {
  const wasHeard = before === 'whisper' || before === 'barge';
  const isHeard = supervisor.supervision !== 'listen';
  if (!isRunning(state.recording) || wasHeard === isHeard) return [];
  return [
    { type: 'assign-channel', name: supervisor.channel, leg: isHeard ? legOf(state.callId, supervisor) : null },
    { type: 'mark-recording', kind: isHeard ? 'supervisor-joined' : 'supervisor-left' },
  ];
}

/** The responsible agent is out and free. */
function withoutOwner(state: Talking, reason: 'left' | 'removed'): Step<Talking> {
  const owner = state.ownerPartyId === null ? undefined : partyOf(state, state.ownerPartyId);
  if (owner === undefined) return { state, commands: [] };
  const gone = withoutParty(state, owner.id);
  const commands: CallCommand[] = [cutOff(state, owner)];
  if (isRunning(state.recording)) commands.push({ type: 'assign-channel', name: 'agent', leg: null });
  commands.push({ type: 'emit', fact: { type: 'party.left', callId: state.callId, party: owner.id, reason } });
  return { state: gone, commands };
}

const ownerChanged = ({ callId }: Talking, owner: Party | null): CallCommand => ({
  type: 'emit',
  fact: {
    type: 'call.owner-changed',
    callId,
    agentId: owner?.place.kind === 'phone' ? owner.place.userId : null,
    party: owner?.id ?? null,
  },
});
