import type { TimerName, TimerValues } from './timers.model.ts';

/** What happens to a client transaction. */
export type ClientEvent =
  | { readonly kind: 'start' }
  | { readonly kind: 'response'; readonly status: number }
  | { readonly kind: 'timer'; readonly name: TimerName }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'transport-error' };

/** What happens to a server transaction. */
export type ServerEvent =
  | { readonly kind: 'request' }
  | { readonly kind: 'ack' }
  | { readonly kind: 'respond'; readonly status: number }
  | { readonly kind: 'timer'; readonly name: TimerName }
  | { readonly kind: 'transport-error' };

/** What a machine wants done, in order. */
export type Effect =
  | { readonly kind: 'send-request' }
  | { readonly kind: 'send-ack' }
  | { readonly kind: 'send-response' }
  | { readonly kind: 'deliver' }
  | { readonly kind: 'start-timer'; readonly name: TimerName; readonly delayMs: number }
  | { readonly kind: 'stop-timer'; readonly name: TimerName }
  | { readonly kind: 'fail'; readonly cause: 'timeout' | 'transport' };

/** The phase of RFC 3261 §17 and RFC 6026, and the interval of the running retransmission timer. */
export interface MachineState {
  readonly phase: 'initial' | 'calling' | 'trying' | 'proceeding' | 'completed' | 'accepted' | 'confirmed' | 'terminated';
  readonly intervalMs: number;
}

export const INITIAL: MachineState = { phase: 'initial', intervalMs: 0 };

/** What a machine knows of its surroundings. */
export interface MachineSettings extends TimerValues {
  readonly isReliable: boolean;
}

export interface Step {
  readonly state: MachineState;
  readonly effects: readonly Effect[];
}

/** Moves to a phase. */
export function to(phase: MachineState['phase'], effects: readonly Effect[] = [], intervalMs = 0): Step {
  return { state: { phase, intervalMs }, effects };
}

/** Stays where it is. */
export function stay(state: MachineState, ...effects: readonly Effect[]): Step {
  return { state, effects };
}

export function startTimer(name: TimerName, delayMs: number): Effect {
  return { kind: 'start-timer', name, delayMs };
}

export function stopTimer(name: TimerName): Effect {
  return { kind: 'stop-timer', name };
}
