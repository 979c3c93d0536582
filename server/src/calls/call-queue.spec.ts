import type { GatewayCommand } from '#contracts/gateway.contract';
import { UserId } from '#contracts/ids.contract';
import type { AgentView } from '#contracts/users.contract';
import { DomainError } from '../platform/errors.ts';
import { createLogger } from '../platform/logging/logger.ts';
import { anInboundCall } from './call.factory.ts';
import type { Call } from './call.model.ts';
import { QueueRules } from '../queue/queue-rules.ts';
import { CallQueue } from './call-queue.ts';

const HANA = UserId.parse('hana');
const TARO = UserId.parse('taro');
const START_MS = Date.parse('2026-11-24T02:00:00Z');

/** One waiting call and agents who are ready in their order, in memory. */
class Floor {
  call: Call = anInboundCall({ startedAt: new Date(START_MS).toISOString() });
  ready: UserId[] = [HANA, TARO];
  nowMs = START_MS;
  offers: string[] = [];
  refusal: DomainError | null = null;
  readonly queue: CallQueue;

  constructor() {
    const view = { state: 'away', awayReason: 'missed-call', since: '', phoneReady: false, version: 1 } as const;
    const leave = (userId: UserId): Promise<AgentView> => {
      this.ready = this.ready.filter((one) => one !== userId);
      return Promise.resolve({ ...view, userId });
    };
    this.queue = new CallQueue({
      calls: {
        listWaiting: () => Promise.resolve(this.call.phase === 'queued' || this.call.phase === 'offered' ? [this.call] : []),
      },
      changes: {
        apply: (_id, step) => {
          const before = this.call;
          this.call = step(before);
          return Promise.resolve({ before, after: this.call });
        },
      },
      agents: {
        findLongestReady: () => Promise.resolve(this.ready[0] ?? null),
        occupy: (_userId, callId) => Promise.resolve(callId),
        release: () => Promise.resolve(),
        setState: leave,
        setPhoneReady: leave,
      },
      forecast: { waitMinutes: () => Promise.resolve(1) },
      rules: QueueRules.parse({}),
      hours: 'demo',
      gateway: {
        findGatewayOf: () => Promise.resolve(this.call.gatewayId),
        send: (_gatewayId, command: GatewayCommand) => {
          if (this.refusal !== null) return Promise.reject(this.refusal);
          this.offers.push('agentId' in command ? command.agentId : '');
          return Promise.resolve();
        },
      },
      clock: { now: () => new Date(this.nowMs) },
      logger: createLogger('silent'),
    });
  }
}

describe('a waiting call', () => {
  let floor: Floor;
  beforeEach(() => (floor = new Floor()));

  it('rings at the desk of whoever has been ready longest', async () => {
    await floor.queue.review();
    expect([floor.call.phase, floor.call.agentId]).toEqual(['offered', HANA]);
    expect(floor.offers).toEqual([HANA]);
  });

  it('goes to the next desk after twenty seconds and not before', async () => {
    await floor.queue.review();
    floor.nowMs = START_MS + 19_999;
    await floor.queue.review();
    expect(floor.offers).toEqual([HANA]);
    floor.nowMs = START_MS + 20_000;
    await floor.queue.review();
    expect(floor.call.agentId).toBe(TARO);
    expect(floor.offers).toEqual([HANA, TARO]);
    expect(floor.ready).toEqual([TARO]);
  });

  it('waits while nobody is ready', async () => {
    floor.ready = [];
    await floor.queue.review();
    expect([floor.call.phase, floor.call.agentId]).toEqual(['queued', null]);
  });

  it('goes on to the next when the phone turns out to be gone', async () => {
    floor.refusal = new DomainError('phone.not-ready');
    await floor.queue.review();
    expect([floor.call.phase, floor.ready]).toEqual(['queued', [TARO]]);
    floor.refusal = null;
    await floor.queue.review();
    expect(floor.call.agentId).toBe(TARO);
  });

  it('leaves a desk that declined it and rings elsewhere', async () => {
    await floor.queue.review();
    await floor.queue.withdraw(floor.call.id, HANA);
    await floor.queue.review();
    expect(floor.call.agentId).toBe(TARO);
  });

  it('is left alone when it was answered meanwhile', async () => {
    await floor.queue.review();
    floor.call = { ...floor.call, phase: 'talking' };
    await floor.queue.withdrawFrom(HANA);
    expect(floor.call.phase).toBe('talking');
  });
});
