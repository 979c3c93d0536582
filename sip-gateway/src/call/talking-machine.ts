import type { UserId } from '#contracts/ids.contract';
import { RESIDENT } from '#contracts/parties.contract';
import type { PartyId } from '#contracts/parties.contract';
import type { LineEnd, LineReport } from '../line/line.model.ts';
import { byAgent, byResident, bySystem, finish, isRunning, recordingFailed } from './call-ending.model.ts';
import type { CallCommand, CallEvent, Step, Talking } from './call.model.ts';
import { legOf } from './call.model.ts';
import type { Party } from './conversation.model.ts';
import { hear, noteChanged, partyOf, partyWithPhone, replaceParty } from './party-changes.model.ts';
import { admit, dropOut, invite, ringOut, takeOut } from './party-entry.model.ts';
import { requeue, supervise, takeOver, transfer } from './responsibility.model.ts';
import { connect } from './start-talking.model.ts';

/** Everything that can happen while an agent is, or was just, in the call with the resident. */
export function talk(state: Talking, event: CallEvent): Step {
  switch (event.type) {
    case 'line':
      return noteLine(state, event.party, event.report, event.atMs);
    case 'hang-up':
      return finish(state, byAgent('completed'), event.atMs);
    case 'phone-lost':
      return notePhoneLost(state, event.userId, event.atMs);
    case 'hearing-failed':
      return finish(state, bySystem('failed'), event.atMs);
    case 'drain':
      return finish(state, bySystem('gateway-lost'), event.atMs);
    case 'invite':
      return invite(state, event);
    case 'join':
      return join(state, event.party);
    case 'remove':
      return remove(state, event.party, event.isDeclined);
    case 'timer-fired':
      return event.timer === 'wait' ? ignore(state) : ringOut(state, partyOfTimer(event.timer));
    case 'mute':
      return changeParty(state, event.party ?? state.ownerPartyId, { isMuted: event.muted });
    case 'hold':
      return hold(state, event.party, event.held);
    case 'volume':
      return changeParty(state, event.party, { volume: event.volume });
    case 'private':
      return talkPrivately(state, event.parties);
    case 'repeat-please':
      return askToRepeat(state, event.party);
    case 'announce':
      return announce(state, event);
    case 'announced':
      return tell(state, { type: 'call.announced', callId: state.callId, party: event.party, sound: event.sound });
    case 'digit':
      // What is keyed while the recording is paused is an account number: it is nobody's business.
      if (state.recording === 'paused') return ignore(state);
      return tell(state, { type: 'call.digit', callId: state.callId, party: event.party, digit: event.digit });
    case 'supervise':
      return supervise(state, event);
    case 'take-over':
      return takeOver(state, event.party, event.userId);
    case 'transfer':
      return transfer(state, event.party);
    case 'requeue':
      return requeue(state);
    case 'pause-recording':
      return pauseRecording(state, event.reason);
    case 'resume-recording':
      return resumeRecording(state);
    case 'mark-recording':
      return isRunning(state.recording) ? { state, commands: [{ type: 'mark-recording', kind: event.kind }] } : ignore(state);
    case 'recording-failed':
      if (!isRunning(state.recording)) return ignore(state);
      return { state: { ...state, recording: 'failed' }, commands: [recordingFailed(state.callId, event.reason)] };
    default:
      return ignore(state);
  }
}

const ignore = (state: Talking): Step => ({ state, commands: [] });

const tell = (state: Talking, fact: Extract<CallCommand, { type: 'emit' }>['fact']): Step => ({
  state,
  commands: [{ type: 'emit', fact }],
});

// The timer's name was made from a party id by `invite`.
const partyOfTimer = (timer: string): PartyId => timer.slice('invite:'.length) as PartyId;

function noteLine(state: Talking, id: PartyId, report: LineReport, atMs: number): Step {
  if (id === RESIDENT) return noteResident(state, report, atMs);
  const party = partyOf(state, id);
  if (party?.place.kind !== 'line') return ignore(state);
  switch (report.type) {
    case 'ringing':
      return {
        state: replaceParty(state, { ...party, standing: report.isSilent ? 'ringing' : 'invited' }),
        commands: [
          { type: 'emit', fact: { type: 'party.ringing', callId: state.callId, party: id } },
          ...(report.isSilent ? hear(replaceParty(state, { ...party, standing: 'ringing' })) : []),
        ],
      };
    case 'early': {
      const next = replaceParty(state, { ...party, standing: 'early' });
      return { state: next, commands: hear(next) };
    }
    case 'up':
      return admit(state, party);
    case 'down':
      return dropOut(state, party, reasonOf(report.why), atMs);
    case 'dialled':
    case 'answered':
    case 'closed':
      return ignore(state);
    default:
      return report satisfies never;
  }
}

function noteResident(state: Talking, report: LineReport, atMs: number): Step {
  switch (report.type) {
    case 'up':
      return state.isConnected ? ignore(state) : connect(state);
    case 'down':
      return finish(state, report.why.reason === 'hung-up' ? byResident('completed') : bySystem('failed'), atMs);
    default:
      return ignore(state);
  }
}

function reasonOf({ reason, sipStatus }: LineEnd): Parameters<typeof dropOut>[2] {
  if (reason === 'no-answer') return 'no-answer';
  if (reason === 'refused')
    return sipStatus === 486 || sipStatus === 600 ? 'busy' : sipStatus === 603 ? 'declined' : 'unreachable';
  return reason === 'failed' ? 'lost' : 'left';
}

function notePhoneLost(state: Talking, userId: UserId, atMs: number): Step {
  const party = partyWithPhone(state, userId);
  if (party === undefined) return ignore(state);
  if (party.id === state.ownerPartyId) return finish(state, bySystem('agent-lost'), atMs);
  return dropOut(state, party, 'lost', atMs);
}

/** An invited browser phone's user says yes. */
function join(state: Talking, id: PartyId): Step {
  const party = partyOf(state, id);
  if (party === undefined || party.place.kind !== 'phone' || party.standing !== 'invited') return ignore(state);
  const { state: next, commands } = admit(state, party);
  return { state: next, commands: [{ type: 'stop-timer', timer: `invite:${id}` }, ...commands] };
}

/** The resident and the responsible agent are not taken out: for them there is hang-up, transfer and requeue. */
function remove(state: Talking, id: PartyId, isDeclined: boolean): Step {
  const party = partyOf(state, id);
  if (party === undefined || id === RESIDENT || id === state.ownerPartyId) return ignore(state);
  return takeOut(state, party, isDeclined ? 'declined' : party.standing === 'present' ? 'removed' : 'left');
}

function changeParty(state: Talking, id: PartyId | null, change: Partial<Pick<Party, 'isMuted' | 'isHeld' | 'volume'>>): Step {
  const party = id === null ? undefined : partyOf(state, id);
  if (party === undefined) return ignore(state);
  const changed = { ...party, ...change };
  const next = replaceParty(state, changed);
  return { state: next, commands: [...hear(next), noteChanged(next, changed)] };
}

/** The responsible agent holds others, never themselves. */
function hold(state: Talking, id: PartyId, held: boolean): Step {
  const party = partyOf(state, id);
  if (party === undefined || id === state.ownerPartyId || party.standing !== 'present' || party.isHeld === held)
    return ignore(state);
  const { state: next, commands } = changeParty(state, id, { isHeld: held });
  const mark: CallCommand = { type: 'mark-recording', kind: held ? 'hold' : 'hold-ended' };
  return { state: next, commands: isRunning(state.recording) ? [...commands, mark] : commands };
}

function talkPrivately(state: Talking, parties: readonly PartyId[]): Step {
  const areHere = parties.every((id) => partyOf(state, id)?.standing === 'present');
  if (!areHere || new Set(parties).size !== parties.length || !state.isConnected) return ignore(state);
  if (parties.length === 0 && state.privately.length === 0) return ignore(state);
  const next: Talking = { ...state, privately: parties };
  const mark: CallCommand = { type: 'mark-recording', kind: parties.length > 0 ? 'private-talk' : 'private-talk-ended' };
  return {
    state: next,
    commands: [
      ...hear(next),
      ...(isRunning(state.recording) ? [mark] : []),
      { type: 'emit', fact: { type: 'call.private', callId: state.callId, parties: [...parties] } },
    ],
  };
}

/** A short signal in every other ear of the talk, so that nobody must interrupt. */
function askToRepeat(state: Talking, id: PartyId): Step {
  const asking = partyOf(state, id);
  if (asking?.standing !== 'present') return ignore(state);
  const listeners = state.parties.filter((party) => party.id !== id && party.standing === 'present' && !party.isHeld);
  const commands = listeners.map<CallCommand>((party) => ({
    type: 'signal',
    leg: legOf(state.callId, party),
    signal: 'please-repeat',
  }));
  if (isRunning(state.recording)) commands.push({ type: 'mark-recording', kind: 'please-repeat' });
  commands.push({ type: 'emit', fact: { type: 'party.asked-to-repeat', callId: state.callId, party: id } });
  return { state, commands };
}

function announce(state: Talking, { party: id, sounds }: Extract<CallEvent, { type: 'announce' }>): Step {
  const party = partyOf(state, id);
  if (party?.standing !== 'present') return ignore(state);
  return { state, commands: [{ type: 'announce', party: id, leg: legOf(state.callId, party), sounds }] };
}

function pauseRecording(state: Talking, reason: Extract<CallEvent, { type: 'pause-recording' }>['reason']): Step {
  if (state.recording !== 'running') return ignore(state);
  return {
    state: { ...state, recording: 'paused' },
    commands: [
      { type: 'pause-recording', reason },
      { type: 'emit', fact: { type: 'recording.paused', callId: state.callId, reason } },
    ],
  };
}

function resumeRecording(state: Talking): Step {
  if (state.recording !== 'paused') return ignore(state);
  return {
    state: { ...state, recording: 'running' },
    commands: [{ type: 'resume-recording' }, { type: 'emit', fact: { type: 'recording.resumed', callId: state.callId } }],
  };
}
