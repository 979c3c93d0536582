import type { Clock } from '../transaction/clock.ts';
import type { TimerValues } from '../transaction/timers.model.ts';

/** What an accepted INVITE does while its ACK is missing. */
export interface AcceptedInviteOptions {
  readonly timers: TimerValues;
  readonly clock: Clock;
  /** The CSeq number its ACK must carry. */
  readonly seq: number;
  /** The id the application knows the INVITE by. */
  readonly txnId: string;
  readonly repeat: () => void;
  readonly onTimeout: () => void;
}

/** Repeats a 2xx until its ACK comes, T1 doubling to T2 whatever the transport, for 64·T1 (RFC 3261 §13.3.1.4). */
export class AcceptedInvite {
  readonly seq: number;
  readonly txnId: string;
  private readonly options: AcceptedInviteOptions;
  private stopRepeat: () => void = () => undefined;
  private readonly stopTimeout: () => void;
  private intervalMs: number;
  private readonly waiting: (() => void)[] = [];

  constructor(options: AcceptedInviteOptions) {
    this.options = options;
    this.seq = options.seq;
    this.txnId = options.txnId;
    this.intervalMs = options.timers.t1Ms;
    this.scheduleRepeat();
    this.stopTimeout = options.clock.startTimer(64 * options.timers.t1Ms, () => {
      this.stop();
      options.onTimeout();
      this.settle();
    });
  }

  /** Runs `action` once the ACK is there or will not come: requests of ours must wait for it (RFC 3261 §15, §14.1). */
  whenSettled(action: () => void): void {
    this.waiting.push(action);
  }

  /** The ACK is there, or the dialog over without one. */
  finish(): void {
    this.stop();
    this.settle();
  }

  private stop(): void {
    this.stopRepeat();
    this.stopTimeout();
  }

  private settle(): void {
    for (const action of this.waiting.splice(0)) action();
  }

  private scheduleRepeat(): void {
    this.stopRepeat = this.options.clock.startTimer(this.intervalMs, () => {
      this.options.repeat();
      this.intervalMs = Math.min(this.intervalMs * 2, this.options.timers.t2Ms);
      this.scheduleRepeat();
    });
  }
}
