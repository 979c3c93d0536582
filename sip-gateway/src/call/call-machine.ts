import type { EndCause } from '#contracts/call-results.contract';
import type { CallId, UserId } from '#contracts/ids.contract';
import { endCauseOf } from './end-cause.model.ts';
import type { CallCommand, CallEvent, CallState, Ending, Outcome, Receipt, Step, Talking } from './call.model.ts';

/*
 * One call between an agent, whose leg is parked in the mixer, and a resident behind the trunk.
 *
 * | phase     | means                                                     | leaves on                                        |
 * |-----------|-----------------------------------------------------------|--------------------------------------------------|
 * | preparing | outbound: the resident's media is being anchored          | anchored -> dialling                             |
 * | dialling  | outbound: INVITE sent                                     | progress -> ringing, answered -> talking         |
 * | ringing   | outbound: the resident's phone rings                      | answered -> talking                              |
 * | arrived   | inbound: the caller hears ringback, no agent is named     | offer -> offered                                 |
 * | offered   | inbound: rings at one agent's desk                        | answer -> answering                              |
 * | answering | inbound: media is being anchored, then 200 OK             | accepted -> talking                              |
 * | talking   | both hear one another, the recording runs                 | hang-up of either side                           |
 * | ending    | over for everybody; waits for the recording to be closed, | everything settled -> ended                      |
 * |           | the media to be released, the last SIP response           |                                                  |
 * | ended     | nothing is held any more                                  | never                                            |
 *
 * Every phase but the last can fall to `ending`. An event that means nothing in a phase is ignored.
 */

/** The whole life of a call: no clock, no I/O, no log. */
export function step(state: CallState, event: CallEvent): Step {
  switch (state.phase) {
    case 'preparing':
      return prepare(state, event);
    case 'dialling':
    case 'ringing':
      return dial(state, event);
    case 'arrived':
    case 'offered':
      return wait(state, event);
    case 'answering':
      return answer(state, event);
    case 'talking':
      return talk(state, event);
    case 'ending':
      return end(state, event);
    case 'ended':
      return ignore(state);
    default:
      return state satisfies never;
  }
}

const ignore = (state: CallState): Step => ({ state, commands: [] });

function prepare(state: Extract<CallState, { phase: 'preparing' }>, event: CallEvent): Step {
  const { call } = state;
  switch (event.type) {
    case 'begin':
      return { state, commands: [{ type: 'anchor' }] };
    case 'anchored':
      return {
        state: { phase: 'dialling', call },
        commands: [
          { type: 'invite', sdp: event.sdp },
          { type: 'start-timer', seconds: call.ringSeconds },
          { type: 'emit', fact: { type: 'call.dialling', callId: call.callId, agentId: call.agentId } },
        ],
      };
    case 'anchor-failed':
    case 'media-lost':
      return finish(call.callId, bySystem('failed'), {
        signalling: 'settled',
        media: event.type === 'media-lost' ? 'anchoring' : 'held',
      });
    case 'hang-up':
      return finish(call.callId, byAgent('cancelled'), { signalling: 'settled', media: 'anchoring' });
    case 'agent-lost':
      return finish(call.callId, bySystem('agent-lost'), { signalling: 'settled', media: 'anchoring' });
    case 'drain':
      return finish(call.callId, bySystem('gateway-lost'), { signalling: 'settled', media: 'anchoring' });
    default:
      return ignore(state);
  }
}

function dial(state: Extract<CallState, { phase: 'dialling' | 'ringing' }>, event: CallEvent): Step {
  const { call } = state;
  const giveUp = (outcome: Outcome): Step =>
    finish(call.callId, outcome, {
      signalling: 'awaited',
      media: 'held',
      first: [{ type: 'cancel' }, { type: 'stop-timer' }, { type: 'hear', agentId: call.agentId, hearing: 'nothing' }],
    });
  const over = (outcome: Outcome): Step =>
    finish(call.callId, outcome, {
      signalling: 'settled',
      media: 'held',
      first: [{ type: 'stop-timer' }, { type: 'hear', agentId: call.agentId, hearing: 'nothing' }],
    });
  switch (event.type) {
    case 'progress':
      return progress(state, event.status, event.sdp);
    case 'connected':
      if (state.phase !== 'ringing') return ignore(state);
      return { state, commands: [{ type: 'hear', agentId: call.agentId, hearing: 'early' }] };
    case 'answered':
      return {
        state: { ...talking(call.callId, call.agentId, call.isRecorded, event.atMs), media: 'connecting' },
        commands: [
          { type: 'connect', sdp: event.sdp },
          { type: 'stop-timer' },
          answeredFact(call.callId, call.agentId, call.isRecorded),
        ],
      };
    case 'refused':
      return over({ cause: endCauseOf(event.status, event.q850), endedBy: 'resident', sipStatus: event.status, talkMs: 0 });
    case 'remote-hung-up':
    case 'signalling-lost':
      return over(bySystem('failed'));
    case 'timer-fired':
      return giveUp(bySystem('no-answer'));
    case 'hang-up':
      return giveUp(byAgent('cancelled'));
    case 'agent-lost':
      return giveUp(bySystem('agent-lost'));
    case 'media-lost':
      return giveUp(bySystem('failed'));
    case 'drain':
      return giveUp(bySystem('gateway-lost'));
    default:
      return ignore(state);
  }
}

function progress(state: Extract<CallState, { phase: 'dialling' | 'ringing' }>, status: number, sdp: string | null): Step {
  const { call } = state;
  if (status !== 180 && sdp === null) return ignore(state);
  const hadEarlyMedia = state.phase === 'ringing' && state.earlyMedia;
  const commands: CallCommand[] = [];
  if (state.phase === 'dialling') {
    commands.push(
      { type: 'start-timer', seconds: call.ringSeconds },
      { type: 'emit', fact: { type: 'call.ringing', callId: call.callId } },
    );
    if (sdp === null) commands.push({ type: 'hear', agentId: call.agentId, hearing: 'ringback' });
  }
  if (sdp !== null) commands.push({ type: 'connect', sdp });
  return { state: { phase: 'ringing', call, earlyMedia: hadEarlyMedia || sdp !== null }, commands };
}

function wait(state: Extract<CallState, { phase: 'arrived' | 'offered' }>, event: CallEvent): Step {
  const { call } = state;
  const over = (outcome: Outcome, first: readonly CallCommand[]): Step =>
    finish(call.callId, outcome, { signalling: 'settled', media: 'settled', first: [{ type: 'stop-timer' }, ...first] });
  switch (event.type) {
    case 'begin':
      return {
        state,
        commands: [
          { type: 'ring' },
          { type: 'start-timer', seconds: call.waitSeconds },
          { type: 'emit', fact: { type: 'call.arrived', callId: call.callId, from: call.from, to: call.to } },
        ],
      };
    case 'offer':
      return {
        state: { phase: 'offered', call, agentId: event.agentId },
        commands: [
          { type: 'start-timer', seconds: call.waitSeconds },
          { type: 'emit', fact: { type: 'call.offered', callId: call.callId, agentId: event.agentId } },
        ],
      };
    case 'answer':
      if (state.phase !== 'offered' || state.agentId !== event.agentId) return ignore(state);
      return {
        state: { phase: 'answering', call, agentId: event.agentId, media: 'anchoring' },
        commands: [{ type: 'stop-timer' }, { type: 'anchor' }],
      };
    case 'remote-cancelled':
    case 'remote-hung-up':
      return over(byResident('abandoned'), []);
    case 'signalling-lost':
      return over(bySystem('failed'), []);
    case 'timer-fired':
      return over(bySystem('no-answer', 480), [{ type: 'reject', status: 480 }]);
    case 'hang-up':
      return over(byAgent('rejected', 603), [{ type: 'reject', status: 603 }]);
    case 'agent-lost':
      // The caller keeps waiting: the server may offer the call to somebody else.
      return state.phase === 'offered' ? { state: { phase: 'arrived', call }, commands: [] } : ignore(state);
    case 'drain':
      return over(bySystem('gateway-lost', 503), [{ type: 'reject', status: 503 }]);
    default:
      return ignore(state);
  }
}

function answer(state: Extract<CallState, { phase: 'answering' }>, event: CallEvent): Step {
  const { call, agentId, media } = state;
  const abort = (outcome: Outcome, status: number): Step =>
    // After `accept` the 200 OK may be on its way: only a BYE can end that (RFC 3261 §15).
    finish(call.callId, outcome, {
      signalling: media === 'held' ? 'awaited' : 'settled',
      media,
      first: [media === 'held' ? { type: 'bye' } : { type: 'reject', status }],
    });
  switch (event.type) {
    case 'anchored':
      return { state: { ...state, media: 'held' }, commands: [{ type: 'accept', sdp: event.sdp }] };
    case 'accepted':
      return join({ ...talking(call.callId, agentId, call.isRecorded, event.atMs), media: 'connecting' }, [
        answeredFact(call.callId, agentId, call.isRecorded),
      ]);
    case 'remote-cancelled':
    case 'remote-hung-up':
      return finish(call.callId, byResident('abandoned'), { signalling: 'settled', media });
    case 'signalling-lost':
      return finish(call.callId, bySystem('failed'), { signalling: 'settled', media });
    case 'anchor-failed':
      return finish(call.callId, bySystem('failed', 488), {
        signalling: 'settled',
        media: 'held',
        first: [{ type: 'reject', status: 488 }],
      });
    case 'media-lost':
      return abort(bySystem('failed', 500), 500);
    case 'hang-up':
      return abort(byAgent('rejected', 603), 603);
    case 'agent-lost':
      return abort(bySystem('agent-lost', 480), 480);
    case 'drain':
      return abort(bySystem('gateway-lost', 503), 503);
    default:
      return ignore(state);
  }
}

function talk(state: Talking, event: CallEvent): Step {
  const talkMs = Math.max(0, event.atMs - state.answeredAtMs);
  const over = (outcome: Outcome, first: readonly CallCommand[]): Step =>
    finish(
      state.callId,
      { ...outcome, talkMs },
      {
        signalling: 'settled',
        media: 'held',
        isRecording: state.recording === 'running',
        first: [...first, { type: 'hear', agentId: state.agentId, hearing: 'nothing' }],
      },
    );
  switch (event.type) {
    case 'connected':
      return state.media === 'connecting' ? join(state, []) : ignore(state);
    case 'mute': {
      const next: Talking = { ...state, isMuted: event.muted };
      return { state: next, commands: next.media === 'joined' ? [hearEachOther(next)] : [] };
    }
    case 'digit':
      return { state, commands: [{ type: 'emit', fact: { type: 'call.digit', callId: state.callId, digit: event.digit } }] };
    case 'recording-failed':
      if (state.recording !== 'running') return ignore(state);
      return { state: { ...state, recording: 'failed' }, commands: [recordingFailedFact(state.callId, event.reason)] };
    case 'hang-up':
      return over(byAgent('completed'), [{ type: 'bye' }]);
    case 'remote-hung-up':
      return over(byResident('completed'), []);
    case 'agent-lost':
      return over(bySystem('agent-lost'), [{ type: 'bye' }]);
    case 'media-lost':
      return over(bySystem('failed'), [{ type: 'bye' }]);
    case 'signalling-lost':
      return over(bySystem('failed'), []);
    case 'drain':
      return over(bySystem('gateway-lost'), [{ type: 'bye' }]);
    default:
      return ignore(state);
  }
}

function end(state: Ending, event: CallEvent): Step {
  switch (event.type) {
    case 'answered':
    case 'accepted':
      // The 200 OK crossed our CANCEL, or was already on its way (RFC 3261 §9.1): a BYE ends that dialog.
      return state.signalling === 'awaited' ? settle({ ...state, signalling: 'settled' }, [{ type: 'bye' }]) : ignore(state);
    case 'refused':
    case 'remote-cancelled':
    case 'remote-hung-up':
    case 'signalling-lost':
      return settle({ ...state, signalling: 'settled' });
    case 'anchored':
    case 'anchor-failed':
      return state.media === 'anchoring' ? settle({ ...state, media: 'held' }) : ignore(state);
    case 'recording-stopped':
      if (state.recording !== 'stopping') return ignore(state);
      return settle({ ...state, recording: 'settled' }, [recordingReadyFact(state.callId, event.receipt)]);
    case 'recording-failed':
      if (state.recording !== 'stopping') return ignore(state);
      return settle({ ...state, recording: 'settled' }, [recordingFailedFact(state.callId, event.reason)]);
    case 'released':
      return state.media === 'releasing' ? settle({ ...state, media: 'settled' }) : ignore(state);
    default:
      return ignore(state);
  }
}

/** Both parties hear one another and the recording begins, in the same mixer tick. */
function join(state: Talking, also: readonly CallCommand[]): Step {
  const next: Talking = { ...state, media: 'joined', recording: state.isRecorded ? 'running' : 'none' };
  const record: readonly CallCommand[] = state.isRecorded ? [{ type: 'start-recording', agentId: state.agentId }] : [];
  return { state: next, commands: [...record, hearEachOther(next), ...also] };
}

interface Held {
  readonly signalling: Ending['signalling'];
  readonly media: 'anchoring' | 'held' | 'settled';
  readonly isRecording?: boolean;
  readonly first?: readonly CallCommand[];
}

/** Everybody learns at once that the call is over; what it still holds is let go of in order. */
function finish(callId: CallId, outcome: Outcome, held: Held): Step {
  const isRecording = held.isRecording === true;
  const ended: CallCommand = { type: 'emit', fact: { type: 'call.ended', callId, ...outcome } };
  return settle(
    { phase: 'ending', callId, signalling: held.signalling, media: held.media, recording: isRecording ? 'stopping' : 'settled' },
    [...(held.first ?? []), ended, ...(isRecording ? [{ type: 'stop-recording' } as const] : [])],
  );
}

function settle(state: Ending, commands: readonly CallCommand[] = []): Step {
  if (state.recording === 'settled' && state.media === 'held') {
    return { state: { ...state, media: 'releasing' }, commands: [...commands, { type: 'release' }] };
  }
  const isSettled = state.recording === 'settled' && state.media === 'settled' && state.signalling === 'settled';
  return { state: isSettled ? { phase: 'ended', callId: state.callId } : state, commands };
}

const talking = (callId: CallId, agentId: UserId, isRecorded: boolean, answeredAtMs: number): Talking => ({
  phase: 'talking',
  callId,
  agentId,
  isRecorded,
  answeredAtMs,
  isMuted: false,
  media: 'connecting',
  recording: 'none',
});

const hearEachOther = (state: Talking): CallCommand => ({
  type: 'hear',
  agentId: state.agentId,
  hearing: state.isMuted ? 'muted' : 'joined',
});

const answeredFact = (callId: CallId, agentId: UserId, isRecorded: boolean): CallCommand => ({
  type: 'emit',
  fact: { type: 'call.answered', callId, agentId, isRecorded },
});

const recordingReadyFact = (callId: CallId, receipt: Receipt): CallCommand => ({
  type: 'emit',
  fact: {
    type: 'recording.ready',
    callId,
    file: receipt.file,
    seconds: receipt.seconds,
    channels: ['agent', 'resident'],
    sha256: receipt.sha256,
    concealedFrames: [...receipt.concealedFrames],
  },
});

const recordingFailedFact = (callId: CallId, reason: string): CallCommand => ({
  type: 'emit',
  fact: { type: 'recording.failed', callId, reason: reason.slice(0, 200) },
});

const bySystem = (cause: EndCause, sipStatus: number | null = null): Outcome => ({
  cause,
  endedBy: 'system',
  sipStatus,
  talkMs: 0,
});
const byAgent = (cause: EndCause, sipStatus: number | null = null): Outcome => ({
  cause,
  endedBy: 'agent',
  sipStatus,
  talkMs: 0,
});
const byResident = (cause: EndCause): Outcome => ({ cause, endedBy: 'resident', sipStatus: null, talkMs: 0 });
