import type { Closing, LineCommand, LineEnd, LineEvent, LineReport, LineState, LineStep } from './line.model.ts';

/*
 * | phase     | means                                                        | leaves on                            |
 * |-----------|--------------------------------------------------------------|--------------------------------------|
 * | opening   | outbound: the media is being anchored                        | anchored -> inviting                 |
 * | inviting  | outbound: INVITE sent                                        | progress -> ringing, answered -> up  |
 * | ringing   | outbound: their phone rings, or the network speaks           | answered -> up                       |
 * | arrived   | inbound: the caller hears ringback                           | accept -> accepting                  |
 * | accepting | inbound: the media is being anchored, then 200 OK            | accepted -> up                       |
 * | up        | answered; `isConnected` once the media is                    | the end of either side               |
 * | closing   | over; waits for the release and for the last SIP response    | both settled -> closed               |
 * | closed    | nothing is held any more                                     | never                                |
 *
 * Every phase can fall to `closing`. An event that means nothing in a phase is ignored.
 */

/** The whole life of a line: no clock, no I/O, no log. Media that was asked for is released exactly once. */
export function stepLine(state: LineState, event: LineEvent): LineStep {
  switch (state.phase) {
    case 'opening':
      return open(state, event);
    case 'inviting':
    case 'ringing':
      return dial(state, event);
    case 'arrived':
      return wait(state, event);
    case 'accepting':
      return accept(state, event);
    case 'up':
      return stand(state, event);
    case 'closing':
      return close(state, event);
    case 'closed':
      return ignore(state);
    default:
      return state satisfies never;
  }
}

const ignore = (state: LineState): LineStep => ({ state, commands: [] });
const report = (type: Exclude<LineReport['type'], 'down' | 'ringing'>): LineCommand => ({ type: 'report', report: { type } });
const down = (reason: LineEnd['reason'], sipStatus: number | null = null, q850: number | null = null): LineCommand => ({
  type: 'report',
  report: { type: 'down', why: { reason, sipStatus, q850 } },
});

function open(state: Extract<LineState, { phase: 'opening' }>, event: LineEvent): LineStep {
  switch (event.type) {
    case 'begin':
      return { state, commands: [{ type: 'anchor' }] };
    case 'anchored':
      return {
        state: { phase: 'inviting', ringSeconds: state.ringSeconds },
        commands: [
          { type: 'invite', sdp: event.sdp },
          { type: 'start-ring-timer', seconds: state.ringSeconds },
          report('dialled'),
        ],
      };
    case 'anchor-failed':
      return settle({ phase: 'closing', signalling: 'settled', media: 'held' }, [down('failed')]);
    case 'media-lost':
      return settle({ phase: 'closing', signalling: 'settled', media: 'opening' }, [down('failed')]);
    case 'close':
      return settle({ phase: 'closing', signalling: 'settled', media: 'opening' }, []);
    default:
      return ignore(state);
  }
}

function dial(state: Extract<LineState, { phase: 'inviting' | 'ringing' }>, event: LineEvent): LineStep {
  const giveUp = (...told: readonly LineCommand[]): LineStep =>
    settle({ phase: 'closing', signalling: 'awaited', media: 'held' }, [
      { type: 'cancel' },
      { type: 'stop-ring-timer' },
      ...told,
    ]);
  const over = (...told: readonly LineCommand[]): LineStep =>
    settle({ phase: 'closing', signalling: 'settled', media: 'held' }, [{ type: 'stop-ring-timer' }, ...told]);
  switch (event.type) {
    case 'progress':
      return progress(state, event.status, event.sdp);
    case 'connected':
      return state.phase === 'ringing' && state.hasEarlyMedia ? { state, commands: [report('early')] } : ignore(state);
    case 'answered':
      return {
        state: { phase: 'up', isConnected: false },
        commands: [{ type: 'connect', sdp: event.sdp }, { type: 'stop-ring-timer' }, report('answered')],
      };
    case 'refused':
      return over(down('refused', event.status, event.q850));
    case 'remote-hung-up':
    case 'signalling-lost':
      return over(down('failed'));
    case 'ring-timed-out':
      return giveUp(down('no-answer'));
    case 'media-lost':
      return giveUp(down('failed'));
    case 'close':
      return giveUp();
    default:
      return ignore(state);
  }
}

/**
 * 180 rings; 183 and the others count once they carry early media. 181 (forwarded) and 182 (queued) say that it goes on: the phone of the one
 * it was forwarded to will ring (RFC 3261 §21.1).
 */
function progress(state: Extract<LineState, { phase: 'inviting' | 'ringing' }>, status: number, sdp: string | null): LineStep {
  if (status !== 180 && sdp === null) return ignore(state);
  const commands: LineCommand[] = [];
  if (state.phase === 'inviting')
    commands.push(
      { type: 'start-ring-timer', seconds: state.ringSeconds },
      { type: 'report', report: { type: 'ringing', isSilent: sdp === null } },
    );
  if (sdp !== null) commands.push({ type: 'connect', sdp });
  const hadEarlyMedia = state.phase === 'ringing' && state.hasEarlyMedia;
  return { state: { phase: 'ringing', hasEarlyMedia: hadEarlyMedia || sdp !== null }, commands };
}

function wait(state: Extract<LineState, { phase: 'arrived' }>, event: LineEvent): LineStep {
  const over = (...commands: readonly LineCommand[]): LineStep =>
    settle({ phase: 'closing', signalling: 'settled', media: 'settled' }, commands);
  switch (event.type) {
    case 'begin':
      return { state, commands: [{ type: 'ring' }] };
    case 'accept':
      return { state: { phase: 'accepting', media: 'opening' }, commands: [{ type: 'anchor' }] };
    case 'remote-cancelled':
    case 'remote-hung-up':
      return over(down('abandoned'));
    case 'signalling-lost':
      return over(down('failed'));
    case 'close':
      return over({ type: 'reject', status: event.status });
    default:
      return ignore(state);
  }
}

function accept(state: Extract<LineState, { phase: 'accepting' }>, event: LineEvent): LineStep {
  const { media } = state;
  // After `accept` the 200 OK may be on its way: only a BYE can end that (RFC 3261 §15).
  const abort = (status: number, ...told: readonly LineCommand[]): LineStep =>
    settle({ phase: 'closing', signalling: media === 'held' ? 'awaited' : 'settled', media }, [
      media === 'held' ? { type: 'bye' } : { type: 'reject', status },
      ...told,
    ]);
  const over = (...told: readonly LineCommand[]): LineStep => settle({ phase: 'closing', signalling: 'settled', media }, told);
  switch (event.type) {
    case 'anchored':
      return { state: { phase: 'accepting', media: 'held' }, commands: [{ type: 'accept', sdp: event.sdp }] };
    case 'accepted':
      return { state: { phase: 'up', isConnected: true }, commands: [report('answered'), report('up')] };
    case 'anchor-failed':
      return settle({ phase: 'closing', signalling: 'settled', media: 'held' }, [
        { type: 'reject', status: 488 },
        down('failed', 488),
      ]);
    case 'remote-cancelled':
    case 'remote-hung-up':
      return over(down('abandoned'));
    case 'signalling-lost':
      return over(down('failed'));
    case 'media-lost':
      return abort(500, down('failed', 500));
    case 'close':
      return abort(event.status);
    default:
      return ignore(state);
  }
}

function stand(state: Extract<LineState, { phase: 'up' }>, event: LineEvent): LineStep {
  const over = (...commands: readonly LineCommand[]): LineStep =>
    settle({ phase: 'closing', signalling: 'settled', media: 'held' }, commands);
  switch (event.type) {
    case 'connected':
      return state.isConnected ? ignore(state) : { state: { phase: 'up', isConnected: true }, commands: [report('up')] };
    case 'remote-hung-up':
      return over(down('hung-up'));
    case 'signalling-lost':
      return over(down('failed'));
    case 'media-lost':
      return over({ type: 'bye' }, down('failed'));
    case 'close':
      return over({ type: 'bye' });
    default:
      return ignore(state);
  }
}

function close(state: Closing, event: LineEvent): LineStep {
  switch (event.type) {
    case 'answered':
    case 'accepted':
      // The 200 OK crossed our CANCEL, or was already on its way (RFC 3261 §9.1): a BYE ends that dialog.
      return state.signalling === 'awaited' ? settle({ ...state, signalling: 'settled' }, [{ type: 'bye' }]) : ignore(state);
    case 'refused':
    case 'remote-cancelled':
    case 'remote-hung-up':
    case 'signalling-lost':
      return settle({ ...state, signalling: 'settled' }, []);
    case 'anchored':
    case 'anchor-failed':
      return state.media === 'opening' ? settle({ ...state, media: 'held' }, []) : ignore(state);
    case 'released':
      return state.media === 'releasing' ? settle({ ...state, media: 'settled' }, []) : ignore(state);
    default:
      return ignore(state);
  }
}

function settle(state: Closing, commands: readonly LineCommand[]): LineStep {
  if (state.media === 'held') return { state: { ...state, media: 'releasing' }, commands: [...commands, { type: 'release' }] };
  if (state.media === 'settled' && state.signalling === 'settled')
    return { state: { phase: 'closed' }, commands: [...commands, report('closed')] };
  return { state, commands };
}
