import type { CallPhase, CallView } from '#contracts/calls.contract';
import type { StateName } from '../design/state-tag';

/** What the desk shows: a call that is over or that nobody offered here is no call. */
export type DeskPhase = Exclude<CallPhase, 'queued' | 'done'> | 'idle';

export function phaseOf(call: CallView | null): DeskPhase {
  if (!call || call.phase === 'queued' || call.phase === 'done') return 'idle';
  return call.phase;
}

/** Whether `next` may replace what is shown: the same call no older than it, or a call that began later. */
export function isNewer(next: CallView, shown: CallView): boolean {
  return next.id === shown.id ? next.version >= shown.version : next.startedAt >= shown.startedAt;
}

const TONES: Record<DeskPhase, StateName> = {
  idle: 'ready',
  offered: 'ring',
  dialling: 'ring',
  ringing: 'ring',
  talking: 'talk',
  'wrap-up': 'wrap',
};

export const toneOf = (phase: DeskPhase): StateName => TONES[phase];

/** Whether somebody may be hearing, or about to hear, this desk: the only time its microphone's sound leaves the browser. */
export function isMicrophoneNeeded(phase: DeskPhase): boolean {
  return phase === 'dialling' || phase === 'ringing' || phase === 'talking';
}

/** From when the big timer runs, and until when: the server's times, whichever belong to the phase. */
export function timerOf(call: CallView): { since: string; until: string | null } {
  if (call.phase === 'wrap-up') return { since: call.endedAt ?? call.startedAt, until: null };
  return { since: call.answeredAt ?? call.startedAt, until: null };
}

/** An unanswered outbound call needs one key to be recorded; everything else may need words. */
export function isQuickWrapUp(call: CallView | null): boolean {
  return call?.phase === 'wrap-up' && call.direction === 'outbound' && call.answeredAt === null;
}

/** An inbound caller who is not yet anybody: candidates stay masked and no case is open. */
export function isUnidentified(call: CallView | null): boolean {
  return call?.direction === 'inbound' && (call.caseId === null || call.phase === 'offered');
}
