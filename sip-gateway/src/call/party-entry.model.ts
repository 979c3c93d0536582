import type { PartyEnd, PartyId } from '#contracts/parties.contract';
import { MAX_PARTIES, RESIDENT } from '#contracts/parties.contract';
import type { MarkKind } from '#contracts/recordings.contract';
import { bySystem, finish, isRunning } from './call-ending.model.ts';
import type { CallCommand, Invitation, Step, Talking } from './call.model.ts';
import { legOf } from './call.model.ts';
import type { Party } from './conversation.model.ts';
import { cutOff, hear, isRecordedParty, newParty, partyOf, replaceParty, withoutParty } from './party-changes.model.ts';
import { inherit, leaveToHeir, returnToQueue } from './responsibility.model.ts';

/** Begins to bring somebody in. What it means for those who are there already is the entry's: open, private or blind. */
export function invite(state: Talking, invitation: Invitation): Step {
  const { party: id, role, target, ringSeconds, entry } = invitation;
  const isTaken = partyOf(state, id) !== undefined || state.lines.includes(id);
  const owner = state.ownerPartyId;
  if (isTaken || !state.isConnected || state.heir !== null || owner === null || isFull(state)) return { state, commands: [] };
  const place = target.kind === 'phone' ? ({ kind: 'phone', userId: target.userId } as const) : ({ kind: 'line' } as const);
  const invited: Talking = {
    ...state,
    parties: [...state.parties, newParty({ id, role, place, standing: 'invited' }, state.parties)],
    lines: target.kind === 'phone' ? state.lines : [...state.lines, id],
    privately: entry === 'private' ? [owner, id] : state.privately,
    heir: entry === 'blind' ? id : null,
  };
  const commands: CallCommand[] = [
    {
      type: 'emit',
      fact: {
        type: 'party.invited',
        callId: state.callId,
        party: id,
        role,
        userId: target.kind === 'phone' ? target.userId : null,
      },
    },
    target.kind === 'phone'
      ? { type: 'start-timer', timer: `invite:${id}`, seconds: ringSeconds }
      : { type: 'open-line', party: id, to: target.number, callerId: target.callerId, ringSeconds },
  ];
  if (entry === 'private') commands.push(...hear(invited), privately(invited), ...mark(invited, 'private-talk'));
  if (entry !== 'blind') return { state: invited, commands };
  const left = leaveToHeir(invited);
  return { state: left.state, commands: [...commands, ...left.commands] };
}

const isFull = ({ parties }: Talking): boolean => parties.filter(({ supervision }) => supervision === null).length >= MAX_PARTIES;

/** Somebody who was invited is here: they are heard, and recorded on a channel of their own. */
export function admit(state: Talking, party: Party): Step {
  if (party.standing === 'present') return { state, commands: [] };
  const arrived: Party = { ...party, standing: 'present' };
  const here = replaceParty(state, arrived);
  const commands: CallCommand[] = [];
  if (isRunning(state.recording) && isRecordedParty(arrived))
    commands.push({ type: 'assign-channel', name: arrived.channel, leg: legOf(state.callId, arrived) });
  commands.push(...hear(here), ...mark(here, markOf(arrived, 'joined')), {
    type: 'emit',
    fact: {
      type: 'party.joined',
      callId: state.callId,
      party: party.id,
      role: party.role,
      userId: party.place.kind === 'phone' ? party.place.userId : null,
    },
  });
  if (state.heir !== party.id) return { state: here, commands };
  const inherited = inherit(here, arrived);
  return { state: inherited.state, commands: [...commands, ...inherited.commands] };
}

/** An invited browser phone did not answer in time. */
export function ringOut(state: Talking, id: PartyId): Step {
  const party = partyOf(state, id);
  if (party?.standing !== 'invited') return { state, commands: [] };
  return takeOut(state, party, 'no-answer');
}

/** Somebody's line or phone is down. Without anybody left to talk to, the call is over for the resident too. */
export function dropOut(state: Talking, party: Party, reason: PartyEnd, atMs: number): Step {
  const out = takeOut(state, party, reason);
  if (out.state.phase !== 'talking' || out.state.ownerPartyId !== null || out.state.heir !== null) return out;
  const isAnybodyLeft = out.state.parties.some(
    ({ id, standing, supervision }) => id !== RESIDENT && standing === 'present' && supervision === null,
  );
  if (isAnybodyLeft) return out;
  const over = finish(out.state, bySystem('completed'), atMs);
  return { state: over.state, commands: [...out.commands, ...over.commands] };
}

/** Takes a party out of the call, or takes its invitation back. */
export function takeOut(state: Talking, party: Party, reason: PartyEnd): Step {
  const gone = withoutParty(state, party.id);
  const commands: CallCommand[] = [];
  if (party.place.kind === 'line') commands.push({ type: 'close-line', party: party.id, status: 480 });
  else if (party.standing === 'invited') commands.push({ type: 'stop-timer', timer: `invite:${party.id}` });
  if (party.standing === 'present') {
    if (party.place.kind === 'phone') commands.push(cutOff(state, party));
    if (isRunning(state.recording) && isRecordedParty(party))
      commands.push({ type: 'assign-channel', name: party.channel, leg: null });
    commands.push(...mark(gone, markOf(party, 'left')));
  }
  commands.push(...hear(gone), { type: 'emit', fact: { type: 'party.left', callId: state.callId, party: party.id, reason } });
  if (state.privately.length > 0 && gone.privately.length === 0)
    commands.push(privately(gone), ...mark(gone, 'private-talk-ended'));
  if (state.heir !== party.id) return { state: gone, commands };
  // The blind transfer found nobody: the resident is not left in the void.
  const back = returnToQueue(gone);
  return { state: back.state, commands: [...commands, ...back.commands] };
}

const privately = ({ callId, privately: parties }: Talking): CallCommand => ({
  type: 'emit',
  fact: { type: 'call.private', callId, parties: [...parties] },
});

const mark = ({ recording }: Talking, kind: MarkKind | null): CallCommand[] =>
  kind !== null && isRunning(recording) ? [{ type: 'mark-recording', kind }] : [];

function markOf({ role, supervision }: Party, change: 'joined' | 'left'): MarkKind | null {
  if (supervision === 'listen') return null;
  switch (role) {
    case 'interpreter':
      return `interpreter-${change}`;
    case 'third-party':
    case 'agent':
      return `third-party-${change}`;
    case 'supervisor':
      return `supervisor-${change}`;
    case 'resident':
      return null;
    default:
      return role satisfies never;
  }
}
