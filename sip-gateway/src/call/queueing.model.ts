import { RESIDENT } from '#contracts/parties.contract';
import type { CallCommand, Step, Waiting } from './call.model.ts';
import { lineLeg } from './call.model.ts';

/** Seconds a caller may hear music at all. The server ends waits by its own rules much earlier; this one is for a server that is gone. */
const MUSIC_SECONDS = 1_800;

/** The resident goes on waiting after a talk: music, until the call is offered again. */
export function goOnWaiting(state: Omit<Waiting, 'phase' | 'line' | 'offeredTo' | 'hasAnswered' | 'dismissal'>): Step {
  const waiting: Waiting = {
    ...state,
    phase: 'waiting',
    line: 'up',
    offeredTo: null,
    hasAnswered: false,
    dismissal: null,
  };
  return { state: waiting, commands: queue(waiting) };
}

/** The line is up and nobody is there: music, and the server is told. */
export function queue(state: Waiting): CallCommand[] {
  const { callId } = state;
  return [
    { type: 'hear', rows: [{ leg: lineLeg(callId, RESIDENT), from: {}, source: 'music' }] },
    { type: 'start-timer', timer: 'wait', seconds: MUSIC_SECONDS },
    { type: 'emit', fact: { type: 'call.queued', callId } },
  ];
}
