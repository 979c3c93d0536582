import type { Clock } from '../transaction/clock.ts';
import type { TimerValues } from '../transaction/timers.model.ts';

/** A provisional response that is repeated until its PRACK comes. */
export interface ReliableProvisional {
  readonly rseq: number;
  readonly hasBody: boolean;
  /** Whether the application asked for a reliable response, and so expects the PRACK. */
  readonly isAppAware: boolean;
  readonly send: () => void;
}

export interface ReliableOptions {
  readonly timers: TimerValues;
  readonly clock: Clock;
  readonly firstRSeq: number;
  /** The INVITE the responses belong to: the number a PRACK must name. */
  readonly inviteSeq: number;
  /** The PRACK did not come within 64·T1. */
  readonly onTimeout: () => void;
}

/** Our reliable provisional responses to one INVITE: one at a time, T1 doubling, for 64·T1 (RFC 3262 §3). */
export class ReliableProvisionals {
  readonly inviteSeq: number;
  private readonly options: ReliableOptions;
  private readonly unacknowledged: ReliableProvisional[] = [];
  private nextRSeq: number;
  private stopRepeat: () => void = () => undefined;
  private stopTimeout: () => void = () => undefined;
  private whenClear: (() => void) | undefined;
  private isFinished = false;

  constructor(options: ReliableOptions) {
    this.options = options;
    this.inviteSeq = options.inviteSeq;
    this.nextRSeq = options.firstRSeq;
  }

  /** The RSeq of the next response to `add`. */
  takeRSeq(): number {
    return this.nextRSeq++;
  }

  /** Sends it, after those before it are acknowledged. */
  add(provisional: ReliableProvisional): void {
    this.unacknowledged.push(provisional);
    if (this.unacknowledged.length === 1) this.transmit(provisional);
  }

  /** RFC 3262 §3: a 2xx waits while a session description is not known to have arrived. */
  get mustHoldSuccess(): boolean {
    return this.unacknowledged.some(({ hasBody }) => hasBody);
  }

  /** Runs `action` when nothing is left to acknowledge; never when the responses are given up. */
  onceClear(action: () => void): void {
    this.whenClear = action;
  }

  /** The response a PRACK acknowledges; undefined when none with that RSeq is waiting (481). */
  acknowledge(rseq: number): ReliableProvisional | undefined {
    const first = this.unacknowledged[0];
    if (first?.rseq !== rseq) return undefined;
    this.unacknowledged.shift();
    this.stop();
    return first;
  }

  /** Goes on after the PRACK was handed over: the next response, or the 2xx that waited. */
  proceed(): void {
    if (this.isFinished) return;
    const next = this.unacknowledged[0];
    if (next !== undefined) {
      this.transmit(next);
      return;
    }
    const action = this.whenClear;
    this.whenClear = undefined;
    action?.();
  }

  /** The INVITE has its final response: nothing is sent any more, a PRACK for what was sent is still taken (RFC 3262 §3). */
  finish(): void {
    this.isFinished = true;
    this.stop();
  }

  private stop(): void {
    this.stopRepeat();
    this.stopTimeout();
  }

  private transmit(provisional: ReliableProvisional): void {
    const { clock, timers } = this.options;
    this.stopTimeout = clock.startTimer(64 * timers.t1Ms, () => {
      this.finish();
      this.options.onTimeout();
    });
    provisional.send();
    this.repeatAfter(timers.t1Ms, provisional);
  }

  private repeatAfter(intervalMs: number, provisional: ReliableProvisional): void {
    this.stopRepeat = this.options.clock.startTimer(intervalMs, () => {
      this.repeatAfter(intervalMs * 2, provisional);
      provisional.send();
    });
  }
}
