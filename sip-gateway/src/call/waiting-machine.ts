import type { UserId } from '#contracts/ids.contract';
import { RESIDENT } from '#contracts/parties.contract';
import type { LineReport } from '../line/line.model.ts';
import { byAgent, byResident, bySystem, finish, isRunning, recordingFailed } from './call-ending.model.ts';
import type { CallCommand, CallEvent, Step, Talk, Waiting } from './call.model.ts';
import { lineLeg } from './call.model.ts';
import { queue } from './queueing.model.ts';
import { startTalking } from './start-talking.model.ts';

/** Seconds a caller hears ringback until somebody picks up or answers. */
const RING_SECONDS = 60;
/** What an agent's or the server's refusal tells the caller (RFC 3261 §21.6.2). */
const DECLINED = 603;
const UNAVAILABLE = 503;

/** No agent talks with the resident: they hear ringback or music, and the call may be offered to an agent. */
export function wait(state: Waiting, event: CallEvent): Step {
  switch (event.type) {
    case 'begin':
      return begin(state);
    case 'line':
      return noteLine(state, event.report, event.atMs);
    case 'pick-up':
      return pickUp(state);
    case 'offer':
      return offer(state, event.agentId);
    case 'withdraw':
      return event.agentId === state.offeredTo && !state.hasAnswered ? unoffered(state) : ignore(state);
    case 'answer':
      return answer(state, event.agentId, event.atMs);
    case 'phone-lost':
      // The caller keeps waiting: the server offers the call to somebody else.
      return event.userId === state.offeredTo ? unoffered(state) : ignore(state);
    case 'announce':
      return announce(state, event.sounds);
    case 'dismiss':
      return dismiss(state, event.sounds);
    case 'announced':
      return announced(state, event.sound, event.atMs);
    case 'digit':
      return { state, commands: [emitDigit(state, event.digit)] };
    case 'recording-failed':
      return noteRecordingFailed(state, event.reason);
    case 'timer-fired':
      return finish(state, bySystem('no-answer', state.line === 'ringing' ? 480 : null), event.atMs);
    case 'hang-up':
      return finish(state, byAgent('rejected', state.line === 'up' ? null : DECLINED), event.atMs, DECLINED);
    case 'hearing-failed':
      return finish(state, bySystem('failed'), event.atMs);
    case 'drain':
      return finish(state, bySystem('gateway-lost', state.line === 'up' ? null : UNAVAILABLE), event.atMs, UNAVAILABLE);
    default:
      return ignore(state);
  }
}

const ignore = (state: Waiting): Step => ({ state, commands: [] });
const unoffered = (state: Waiting): Step => ({ state: { ...state, offeredTo: null, hasAnswered: false }, commands: [] });

function begin(state: Waiting): Step {
  const { callId, from, to } = state;
  return {
    state,
    commands: [
      { type: 'begin-line', party: RESIDENT },
      { type: 'start-timer', timer: 'wait', seconds: RING_SECONDS },
      { type: 'emit', fact: { type: 'call.arrived', callId, from, to } },
    ],
  };
}

function pickUp(state: Waiting): Step {
  if (state.line !== 'ringing') return ignore(state);
  return { state: { ...state, line: 'accepting' }, commands: [{ type: 'accept-line', party: RESIDENT }] };
}

function offer(state: Waiting, agentId: UserId): Step {
  if (state.dismissal !== null || state.hasAnswered) return ignore(state);
  const commands: CallCommand[] = [{ type: 'emit', fact: { type: 'call.offered', callId: state.callId, agentId } }];
  if (state.line === 'ringing') commands.unshift({ type: 'start-timer', timer: 'wait', seconds: RING_SECONDS });
  return { state: { ...state, offeredTo: agentId }, commands };
}

function answer(state: Waiting, agentId: UserId, atMs: number): Step {
  if (state.offeredTo !== agentId || state.hasAnswered || state.dismissal !== null) return ignore(state);
  if (state.line === 'up') return join(state, agentId, atMs);
  const { commands } = pickUp(state);
  return {
    state: { ...state, hasAnswered: true, line: 'accepting' },
    commands: [{ type: 'stop-timer', timer: 'wait' }, ...commands],
  };
}

function noteLine(state: Waiting, report: LineReport, atMs: number): Step {
  switch (report.type) {
    case 'up': {
      const up: Waiting = { ...state, line: 'up' };
      if (state.hasAnswered && state.offeredTo !== null) return join(up, state.offeredTo, atMs);
      const toSay = state.dismissal === null ? [] : [announcement(up, state.dismissal)];
      return { state: up, commands: [...queue(up), ...toSay] };
    }
    case 'down': {
      const { reason, sipStatus } = report.why;
      if (reason === 'failed') return finish(state, bySystem('failed', sipStatus), atMs);
      // Whoever talked with an agent before has not abandoned the queue at the first try; they gave up waiting all the same.
      return finish(state, byResident('abandoned'), atMs);
    }
    case 'dialled':
    case 'ringing':
    case 'early':
    case 'answered':
    case 'closed':
      return ignore(state);
    default:
      return report satisfies never;
  }
}

function join(state: Waiting, agentId: UserId, atMs: number): Step {
  const started = startTalking({ ...state, isConnected: true }, agentId, atMs);
  return { ...started, commands: [{ type: 'stop-timer', timer: 'wait' }, ...started.commands] };
}

function announce(state: Waiting, sounds: Extract<CallEvent, { type: 'announce' }>['sounds']): Step {
  if (state.line !== 'up' || state.dismissal !== null) return ignore(state);
  return { state, commands: [announcement(state, sounds)] };
}

const announcement = (state: Waiting, sounds: Extract<CallEvent, { type: 'announce' }>['sounds']): CallCommand => ({
  type: 'announce',
  party: RESIDENT,
  leg: lineLeg(state.callId, RESIDENT),
  sounds,
});

/** A caller whose phone still rings is picked up first, and hears it then. */
function dismiss(state: Waiting, sounds: Extract<CallEvent, { type: 'dismiss' }>['sounds']): Step {
  if (state.dismissal !== null) return ignore(state);
  const dismissed: Waiting = { ...state, dismissal: sounds, offeredTo: null, hasAnswered: false };
  return state.line === 'up' ? { state: dismissed, commands: [announcement(dismissed, sounds)] } : pickUp(dismissed);
}

function announced(state: Waiting, sound: string, atMs: number): Step {
  if (state.dismissal !== null) return finish(state, bySystem('no-answer'), atMs);
  return {
    state,
    commands: [{ type: 'emit', fact: { type: 'call.announced', callId: state.callId, party: RESIDENT, sound } }],
  };
}

const emitDigit = ({ callId }: Waiting, digit: string): CallCommand => ({
  type: 'emit',
  fact: { type: 'call.digit', callId, party: RESIDENT, digit },
});

function noteRecordingFailed(state: Waiting, reason: string): Step {
  if (state.talk === null || !isRunning(state.talk.recording)) return ignore(state);
  const talk: Talk = { ...state.talk, recording: 'failed' };
  return { state: { ...state, talk }, commands: [recordingFailed(state.callId, reason)] };
}
