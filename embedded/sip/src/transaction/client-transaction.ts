import { Buffer } from 'node:buffer';
import { HeaderList } from '../message/header-list.ts';
import { identityOf, serialize } from '../message/sip-message.ts';
import type { SipRequest, SipResponse } from '../message/sip-message.ts';
import type { Flow } from '../transport/flow.ts';
import { stepInviteClient } from './invite-client-machine.ts';
import { INITIAL } from './machine.model.ts';
import type { ClientEvent, Effect, MachineSettings, MachineState } from './machine.model.ts';
import { stepNonInviteClient } from './non-invite-client-machine.ts';
import { TimerSet } from './timer-set.ts';
import type { Clock } from './clock.ts';
import type { TimerValues } from './timers.model.ts';

/** Who sent the request and waits for its responses. */
export interface ClientUser {
  onResponse(response: SipResponse, flow: Flow): void;
  /** No final response will come: RFC 3261 §8.1.3.1. */
  onFailure(cause: 'timeout' | 'transport'): void;
  /** Nothing more will come, repeated answers included. */
  onTerminated?(): void;
}

export interface ClientOptions {
  readonly request: SipRequest;
  readonly flow: Flow;
  readonly timers: TimerValues;
  readonly clock: Clock;
  readonly user: ClientUser;
  readonly onTerminated: () => void;
}

/** Runs a client machine: sends, times, delivers. */
export class ClientTransaction {
  readonly request: SipRequest;
  readonly flow: Flow;
  private readonly user: ClientUser;
  private readonly settings: MachineSettings;
  private readonly timers: TimerSet;
  private readonly onTerminated: () => void;
  /** What is repeated until a final response comes. */
  private requestBytes: Buffer | undefined;
  private state: MachineState = INITIAL;
  private ackBytes: Buffer | undefined;

  constructor(options: ClientOptions) {
    this.request = options.request;
    this.flow = options.flow;
    this.user = options.user;
    this.settings = { ...options.timers, isReliable: options.flow.isReliable };
    this.timers = new TimerSet(options.clock);
    this.onTerminated = options.onTerminated;
    this.requestBytes = serialize(options.request);
  }

  /** True until a final response or a failure was reported. */
  isPending(): boolean {
    return ['initial', 'calling', 'trying', 'proceeding'].includes(this.state.phase);
  }

  /** True once a provisional response has come and no final one. */
  isProceeding(): boolean {
    return this.state.phase === 'proceeding';
  }

  start(): void {
    this.step({ kind: 'start' });
  }

  receive(response: SipResponse, flow: Flow): void {
    if (response.status >= 300 && this.request.method === 'INVITE') this.ackBytes ??= serialize(ackFor(this.request, response));
    this.step({ kind: 'response', status: response.status }, () => this.user.onResponse(response, flow));
    if (response.status >= 200) this.requestBytes = undefined;
  }

  /** A CANCEL was sent for it: it will not be waited for without end (RFC 3261 §9.1). */
  noteCancelled(): void {
    this.step({ kind: 'cancelled' });
  }

  noteFlowClosed(): void {
    this.step({ kind: 'transport-error' });
  }

  /** Ends it without telling anybody, as when the server shuts down. */
  drop(): void {
    this.timers.stopAll();
  }

  private step(event: ClientEvent, deliver: () => void = () => undefined): void {
    const before = this.state.phase;
    const machine = this.request.method === 'INVITE' ? stepInviteClient : stepNonInviteClient;
    const { state, effects } = machine(this.state, event, this.settings);
    this.state = state;
    for (const effect of effects) this.run(effect, deliver);
    if (state.phase === 'terminated' && before !== 'terminated') {
      this.timers.stopAll();
      this.onTerminated();
      this.user.onTerminated?.();
    }
  }

  private run(effect: Effect, deliver: () => void): void {
    const reportError = (): void => this.step({ kind: 'transport-error' });
    switch (effect.kind) {
      case 'send-request':
        if (this.requestBytes !== undefined) this.flow.send(this.requestBytes, reportError);
        return;
      case 'send-ack':
        if (this.ackBytes !== undefined) this.flow.send(this.ackBytes, reportError);
        return;
      case 'deliver':
        deliver();
        return;
      case 'fail':
        this.user.onFailure(effect.cause);
        return;
      case 'start-timer':
        if (this.state.phase !== 'terminated') {
          this.timers.start(effect.name, effect.delayMs, () => this.step({ kind: 'timer', name: effect.name }));
        }
        return;
      case 'stop-timer':
        this.timers.stop(effect.name);
        return;
      case 'send-response':
    }
  }
}

/** The ACK of a final response that is not 2xx (RFC 3261 §17.1.1.3). */
export function ackFor(invite: SipRequest, response: SipResponse): SipRequest {
  const headers = new HeaderList();
  headers.add('Via', invite.headers.getAll('Via')[0] ?? '');
  for (const route of invite.headers.getAll('Route')) headers.add('Route', route);
  headers.add('Max-Forwards', '70');
  headers.add('From', invite.headers.get('From') ?? '');
  headers.add('To', response.headers.get('To') ?? '');
  headers.add('Call-ID', invite.headers.get('Call-ID') ?? '');
  headers.add('CSeq', `${identityOf(invite).cseq.number} ACK`);
  return { kind: 'request', method: 'ACK', uri: invite.uri, headers, body: Buffer.alloc(0) };
}
