/*
 * A line is one party outside the house: its SIP dialog over the trunk, its rtpengine call and its mixer leg.
 * The resident has one, and so has every interpreter or section reached by telephone. Who hears whom on it is the call's matter.
 */

/** Where a line stands; `line-machine.ts` says what each phase means and how it is left. */
export type LineState =
  | { readonly phase: 'opening'; readonly ringSeconds: number }
  | { readonly phase: 'inviting'; readonly ringSeconds: number }
  | { readonly phase: 'ringing'; readonly hasEarlyMedia: boolean }
  | { readonly phase: 'arrived' }
  | { readonly phase: 'accepting'; readonly media: 'opening' | 'held' }
  | { readonly phase: 'up'; readonly isConnected: boolean }
  | Closing
  | { readonly phase: 'closed' };

export interface Closing {
  readonly phase: 'closing';
  /** `awaited`: we cancelled or are still answering, and the outcome of the INVITE is not known yet. */
  readonly signalling: 'awaited' | 'settled';
  readonly media: 'opening' | 'held' | 'releasing' | 'settled';
}

/** What can happen to a line. */
export type LineEvent =
  | { readonly type: 'begin' }
  | { readonly type: 'anchored'; readonly sdp: string }
  | { readonly type: 'anchor-failed' }
  | { readonly type: 'progress'; readonly status: number; readonly sdp: string | null }
  | { readonly type: 'answered'; readonly sdp: string }
  | { readonly type: 'refused'; readonly status: number; readonly q850: number | null }
  | { readonly type: 'connected' }
  | { readonly type: 'ring-timed-out' }
  /** Inbound: take the call. */
  | { readonly type: 'accept' }
  | { readonly type: 'accepted' }
  | { readonly type: 'remote-cancelled' }
  | { readonly type: 'remote-hung-up' }
  /** End it from our side: CANCEL, BYE, or this status for an unanswered inbound INVITE. */
  | { readonly type: 'close'; readonly status: number }
  | { readonly type: 'media-lost' }
  | { readonly type: 'signalling-lost' }
  | { readonly type: 'released' };

/** What the runner of a line is asked to do. */
export type LineCommand =
  | { readonly type: 'anchor' }
  | { readonly type: 'invite'; readonly sdp: string }
  | { readonly type: 'cancel' }
  | { readonly type: 'ring' }
  | { readonly type: 'accept'; readonly sdp: string }
  | { readonly type: 'reject'; readonly status: number }
  | { readonly type: 'bye' }
  | { readonly type: 'connect'; readonly sdp: string }
  | { readonly type: 'release' }
  | { readonly type: 'start-ring-timer'; readonly seconds: number }
  | { readonly type: 'stop-ring-timer' }
  | { readonly type: 'report'; readonly report: LineReport };

/**
 * What a call learns about a line, in this order, each at most once: `dialled` (outbound), `ringing`, `early` (the network's own sound can be
 * heard), `answered`, `up` (both directions flow), `down` (it ended, and not because we closed it), `closed` (nothing is held any more).
 */
export type LineReport =
  | { readonly type: 'dialled' | 'early' | 'answered' | 'up' | 'closed' }
  /** `isSilent`: the network plays no ringing of its own. */
  | { readonly type: 'ringing'; readonly isSilent: boolean }
  | { readonly type: 'down'; readonly why: LineEnd };

export interface LineEnd {
  readonly reason: 'refused' | 'no-answer' | 'abandoned' | 'hung-up' | 'failed';
  /** SIP status that ended an unanswered line. */
  readonly sipStatus: number | null;
  /** Cause of the Reason header (RFC 3326). */
  readonly q850: number | null;
}

export interface LineStep {
  readonly state: LineState;
  readonly commands: readonly LineCommand[];
}

export const outgoingLine = (ringSeconds: number): LineState => ({ phase: 'opening', ringSeconds });
export const incomingLine = (): LineState => ({ phase: 'arrived' });
