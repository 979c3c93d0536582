import type { EndCause } from '#contracts/call-results.contract';
import type { RecordingReceipt } from '../ports/mixer.port.ts';
import type { CallCommand, CallEvent, Dialling, Ending, Outcome, Step, Talking, Waiting } from './call.model.ts';
import { legOf, phoneLeg } from './call.model.ts';
import type { Party } from './conversation.model.ts';

export const bySystem = (cause: EndCause, sipStatus: number | null = null): Outcome => ({
  cause,
  endedBy: 'system',
  sipStatus,
});
export const byAgent = (cause: EndCause, sipStatus: number | null = null): Outcome => ({ cause, endedBy: 'agent', sipStatus });
export const byResident = (cause: EndCause, sipStatus: number | null = null): Outcome => ({
  cause,
  endedBy: 'resident',
  sipStatus,
});

/** What an inbound INVITE that was never answered is refused with when nobody took it (RFC 3261 §21.4.18). */
const TEMPORARILY_UNAVAILABLE = 480;

/**
 * Everybody learns at once that the call is over: ears and microphones are cut, the recording is closed, then the lines.
 * A line that is down already ignores being closed. `status` answers an INVITE that was never answered.
 */
export function finish(
  state: Dialling | Waiting | Talking,
  outcome: Outcome,
  atMs: number,
  status = TEMPORARILY_UNAVAILABLE,
): Step {
  const { callId, lines } = state;
  const isRecording = state.phase !== 'dialling' && isRunning(recordingOf(state));
  const commands: CallCommand[] = [...stopTimers(state), ...silence(state)];
  if (isRecording) commands.push({ type: 'stop-recording' });
  for (const party of lines) commands.push({ type: 'close-line', party, status });
  commands.push({ type: 'emit', fact: { type: 'call.ended', callId, ...outcome, talkMs: talkMs(state, atMs) } });
  return settle({ phase: 'ending', callId, lines, recording: isRecording ? 'stopping' : 'settled' }, commands);
}

/** Waits for the recording and the lines; nothing else matters any more. */
export function end(state: Ending, event: CallEvent): Step {
  switch (event.type) {
    case 'recording-stopped':
      if (state.recording !== 'stopping') return { state, commands: [] };
      return settle({ ...state, recording: 'settled' }, [recordingClosed(state.callId, event.receipt)]);
    case 'recording-failed':
      if (state.recording !== 'stopping') return { state, commands: [] };
      return settle({ ...state, recording: 'settled' }, [recordingFailed(state.callId, event.reason)]);
    case 'line':
      return settle(state, []);
    default:
      return { state, commands: [] };
  }
}

export const recordingFailed = (callId: Ending['callId'], reason: string): CallCommand => ({
  type: 'emit',
  fact: { type: 'recording.failed', callId, reason: reason.slice(0, 200) },
});

/** It is packed and sealed after this; then the recorder itself tells that it is ready. */
const recordingClosed = (callId: Ending['callId'], { seconds, channels }: RecordingReceipt): CallCommand => ({
  type: 'emit',
  fact: { type: 'recording.closed', callId, seconds, channels: [...channels] },
});

export const isRunning = (recording: Talking['recording']): boolean => recording === 'running' || recording === 'paused';

function settle(state: Ending, commands: readonly CallCommand[]): Step {
  const isSettled = state.recording === 'settled' && state.lines.length === 0;
  return { state: isSettled ? { phase: 'ended', callId: state.callId } : state, commands };
}

const recordingOf = (state: Waiting | Talking): Talking['recording'] =>
  state.phase === 'talking' ? state.recording : (state.talk?.recording ?? 'none');

function talkMs(state: Dialling | Waiting | Talking, atMs: number): number {
  const answeredAtMs =
    state.phase === 'talking' ? state.answeredAtMs : state.phase === 'waiting' ? (state.talk?.answeredAtMs ?? null) : null;
  return answeredAtMs === null ? 0 : Math.max(0, atMs - answeredAtMs);
}

function stopTimers(state: Dialling | Waiting | Talking): CallCommand[] {
  switch (state.phase) {
    case 'dialling':
      return [];
    case 'waiting':
      return [{ type: 'stop-timer', timer: 'wait' }];
    case 'talking':
      return state.parties.filter(isRungByUs).map(({ id }) => ({ type: 'stop-timer', timer: `invite:${id}` }));
    default:
      return state satisfies never;
  }
}

/** A browser phone that was invited rings by our clock; an outside line has its own. */
const isRungByUs = ({ place, standing }: Party): boolean => place.kind === 'phone' && standing === 'invited';

function silence(state: Dialling | Waiting | Talking): CallCommand[] {
  const legs =
    state.phase === 'dialling'
      ? [phoneLeg(state.agentId)]
      : state.phase === 'talking'
        ? state.parties.filter(({ standing }) => standing === 'present').map((party) => legOf(state.callId, party))
        : [];
  if (legs.length === 0) return [];
  return [{ type: 'hear', rows: legs.map((leg) => ({ leg, from: {}, source: 'silence' })) }];
}
