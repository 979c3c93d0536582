import type { Buffer } from 'node:buffer';
import { tagOf } from '../message/name-addr.ts';
import { serialize } from '../message/sip-message.ts';
import type { SipRequest, SipResponse } from '../message/sip-message.ts';
import type { Flow } from '../transport/flow.ts';
import { stepInviteServer } from './invite-server-machine.ts';
import { INITIAL } from './machine.model.ts';
import type { Effect, MachineSettings, MachineState, ServerEvent } from './machine.model.ts';
import { stepNonInviteServer } from './non-invite-server-machine.ts';
import { TimerSet } from './timer-set.ts';
import type { Clock } from './clock.ts';
import type { TimerValues } from './timers.model.ts';

export interface ServerOptions {
  readonly request: SipRequest;
  readonly flow: Flow;
  readonly replyFlow: Flow;
  readonly timers: TimerValues;
  readonly clock: Clock;
  readonly onTerminated: () => void;
}

/** Runs a server machine: repeats responses, absorbs repeated requests, times. */
export class ServerTransaction {
  readonly method: string;
  /** Where the request came from. */
  readonly flow: Flow;
  /** Where responses go. */
  readonly replyFlow: Flow;
  private readonly settings: MachineSettings;
  private readonly timers: TimerSet;
  private readonly onTerminated: () => void;
  private state: MachineState = INITIAL;
  private pendingRequest: SipRequest | undefined;
  private responseTag: string | undefined;
  private responseBytes: Buffer | undefined;

  constructor(options: ServerOptions) {
    this.method = options.request.method;
    this.pendingRequest = options.request;
    this.flow = options.flow;
    this.replyFlow = options.replyFlow;
    this.settings = { ...options.timers, isReliable: options.flow.isReliable };
    this.timers = new TimerSet(options.clock);
    this.onTerminated = options.onTerminated;
    this.step({ kind: 'request' });
  }

  /** The request; only until its final response, because thousands of answered ones wait here for their timers. */
  get request(): SipRequest {
    if (this.pendingRequest === undefined) throw new Error('the request has been answered');
    return this.pendingRequest;
  }

  /** The To tag of our responses, once there is one (RFC 3261 §8.2.6.2). */
  get toTag(): string | undefined {
    return this.responseTag;
  }

  /** True until a final response was sent. */
  isPending(): boolean {
    return this.state.phase === 'trying' || this.state.phase === 'proceeding';
  }

  respond(response: SipResponse): void {
    this.responseBytes = serialize(response);
    if (response.status > 100) this.responseTag ??= tagOf(response.headers.get('To'));
    this.step({ kind: 'respond', status: response.status });
    if (response.status >= 200) this.pendingRequest = undefined;
  }

  /** Sends the last provisional response once more, so that those on the way hear that there is still somebody. */
  repeatProvisional(): void {
    if (this.state.phase === 'proceeding' && this.responseBytes !== undefined) this.sendAgain(this.responseBytes);
  }

  /** Sends a response once more: the 2xx of an accepted INVITE (RFC 3261 §13.3.1.4), a reliable provisional one (RFC 3262 §3). */
  sendAgain(bytes: Buffer): void {
    this.replyFlow.send(bytes, () => undefined);
  }

  /** The same request again, or its ACK. */
  receive(request: SipRequest): void {
    this.step(request.method === 'ACK' ? { kind: 'ack' } : { kind: 'request' });
  }

  noteFlowClosed(): void {
    this.step({ kind: 'transport-error' });
  }

  /** Ends it without an answer, because nobody waits for one any more. */
  drop(): void {
    if (this.state.phase === 'terminated') return;
    this.state = { phase: 'terminated', intervalMs: 0 };
    this.timers.stopAll();
    this.onTerminated();
  }

  private step(event: ServerEvent): void {
    const before = this.state.phase;
    const machine = this.method === 'INVITE' ? stepInviteServer : stepNonInviteServer;
    const { state, effects } = machine(this.state, event, this.settings);
    this.state = state;
    for (const effect of effects) this.run(effect);
    if (state.phase === 'terminated' && before !== 'terminated') {
      this.timers.stopAll();
      this.onTerminated();
    }
  }

  private run(effect: Effect): void {
    if (effect.kind === 'send-response' && this.responseBytes !== undefined) {
      this.replyFlow.send(this.responseBytes, () => this.step({ kind: 'transport-error' }));
    }
    if (effect.kind === 'start-timer') {
      this.timers.start(effect.name, effect.delayMs, () => this.step({ kind: 'timer', name: effect.name }));
    }
    if (effect.kind === 'stop-timer') this.timers.stop(effect.name);
  }
}
