import { z } from 'zod';
import { phonePresence } from '#contracts/gateway.contract';
import type { CategoryCode, UserId } from '#contracts/ids.contract';
import { AwayReason, type AgentView } from '#contracts/users.contract';
import type { Clock } from '../platform/clock.ts';
import { RedisRecord } from '../platform/database/redis-record.ts';
import type { Redis } from '../platform/database/redis.ts';
import type { EventPublisher } from '../platform/events.ts';
import type { Account, AccountStore } from './account.store.ts';
import {
  agentState,
  canTakeCall,
  changeAgent,
  isOnDuty,
  longestReady,
  newAgentRecord,
  type AgentRecord,
} from './agent-state.model.ts';
import type { AgentEvents } from './agent.events.ts';

const StoredAgent = z.object({
  version: z.int(),
  chosen: z.enum(['ready', 'away']),
  awayReason: AwayReason.nullable(),
  isConnected: z.boolean(),
  isPhoneReady: z.boolean(),
  call: z.object({ id: z.string(), state: z.enum(['ringing', 'talking', 'wrap-up']) }).nullable(),
  since: z.string(),
});

/** A reload takes a second or two; a browser gone for longer than this makes its agent offline. */
export const PRESENCE_MS = 10_000;

const agentKey = (userId: UserId): string => `kk:agent:${userId}`;
const presenceKey = (userId: UserId): string => `kk:presence:${userId}`;

/** What each agent is doing: kept in Redis, changed by compare-and-set, told to others as news. */
export class AgentService {
  readonly #redis: Redis;
  readonly #records: RedisRecord<AgentRecord>;
  readonly #accounts: AccountStore;
  readonly #events: EventPublisher<AgentEvents>;
  readonly #clock: Clock;
  /** Connections of each user to this process. */
  readonly #connections = new Map<UserId, number>();

  constructor(redis: Redis, accounts: AccountStore, events: EventPublisher<AgentEvents>, clock: Clock) {
    this.#redis = redis;
    this.#records = new RedisRecord(redis, StoredAgent, newAgentRecord);
    this.#accounts = accounts;
    this.#events = events;
    this.#clock = clock;
  }

  async view(userId: UserId): Promise<AgentView> {
    return toView(userId, await this.#records.read(agentKey(userId)));
  }

  /** Every agent of the centre with the state, for counting. */
  async listViews(): Promise<AgentView[]> {
    return (await this.#listRecords()).filter(isAgent).map(({ account, record }) => toView(account.id, record));
  }

  /** Everybody who may have a browser phone, with the state. */
  async listPeople(): Promise<{ account: Account; view: AgentView; canJoin: boolean }[]> {
    return (await this.#listRecords()).map(({ account, record }) => ({
      account,
      view: toView(account.id, record),
      canJoin: canTakeCall(record),
    }));
  }

  /** The call that each person with a phone is booked for. */
  async listBookings(): Promise<{ userId: UserId; callId: string | null }[]> {
    return (await this.#listRecords()).map(({ account, record }) => ({ userId: account.id, callId: record.call?.id ?? null }));
  }

  /** The categories this person works on; none for somebody unknown. */
  async listCategories(userId: UserId): Promise<CategoryCode[]> {
    return (await this.#accounts.find(userId))?.categories ?? [];
  }

  /** What the agent is when no call holds them. Away without a reason is a break. */
  async setState(userId: UserId, chosen: 'ready' | 'away', reason: AwayReason = 'break'): Promise<AgentView> {
    return this.#change(userId, () => ({ chosen, awayReason: chosen === 'away' ? reason : null }));
  }

  async setPhoneReady(userId: UserId, isPhoneReady: boolean): Promise<AgentView> {
    return this.#change(userId, () => ({ isPhoneReady }));
  }

  /** Books the agent for a call. Answers the id of the call that holds the agent afterwards: this one, or another. */
  async occupy(userId: UserId, callId: string): Promise<string> {
    const { after } = await this.#changeRecord(userId, (record) => ({ call: record.call ?? { id: callId, state: 'ringing' } }));
    return after.call?.id ?? callId;
  }

  /** What the call the agent is in now means for the state; a call that does not hold the agent takes the place. */
  async followCall(userId: UserId, callId: string, state: 'ringing' | 'talking' | 'wrap-up'): Promise<void> {
    await this.#change(userId, () => ({ call: { id: callId, state } }));
  }

  /** Frees the agent if this call is what holds them. `chosen` also changes what they chose. */
  async release(userId: UserId, callId: string, chosen?: 'ready' | 'away'): Promise<void> {
    await this.#change(userId, (record) =>
      record.call?.id === callId
        ? { call: null, ...(chosen === undefined ? {} : { chosen, awayReason: chosen === 'away' ? 'missed-call' : null }) }
        : {},
    );
  }

  /** The longest-ready agent among those who may work on one of these categories. */
  async findLongestReady(categories: readonly CategoryCode[]): Promise<UserId | null> {
    return longestReady(await this.#listAgentsOf(categories))?.userId ?? null;
  }

  /** How many agents of a category take calls: ready, or with one. */
  async countOnDuty(category: CategoryCode): Promise<number> {
    return (await this.#listAgentsOf([category])).filter(({ record }) => isOnDuty(record)).length;
  }

  async connected(userId: UserId): Promise<void> {
    this.#connections.set(userId, (this.#connections.get(userId) ?? 0) + 1);
    await this.#refresh(userId);
    await this.#change(userId, () => ({ isConnected: true }));
  }

  disconnected(userId: UserId): void {
    const left = (this.#connections.get(userId) ?? 0) - 1;
    if (left > 0) this.#connections.set(userId, left);
    else this.#connections.delete(userId);
  }

  /** Log-out: no waiting for the presence to expire. */
  async leave(userId: UserId): Promise<void> {
    await this.#redis.del(presenceKey(userId));
    await this.#change(userId, () => ({ isConnected: false, chosen: 'ready', awayReason: null }));
    this.#events.emit('agent.went-offline', { userId });
  }

  /** Call every few seconds: keeps the present present, and takes note of browsers and phones that went away, whichever server had them. */
  async reviewPresence(): Promise<void> {
    await Promise.all([...this.#connections.keys()].map((userId) => this.#refresh(userId)));
    for (const { account, record } of await this.#listRecords()) {
      const userId = account.id;
      const hasPhone = (await this.#redis.exists(phonePresence(userId))) === 1;
      if (hasPhone !== record.isPhoneReady) await this.setPhoneReady(userId, hasPhone);
      // A log-out in one browser may have said offline while another went on.
      if (!record.isConnected && this.#connections.has(userId)) await this.#change(userId, () => ({ isConnected: true }));
      if (!record.isConnected || (await this.#redis.exists(presenceKey(userId))) === 1) continue;
      await this.#change(userId, () => ({ isConnected: false }));
      this.#events.emit('agent.went-offline', { userId });
    }
  }

  async #listAgentsOf(categories: readonly CategoryCode[]): Promise<{ userId: UserId; record: AgentRecord }[]> {
    return (await this.#listRecords())
      .filter(isAgent)
      .filter(({ account }) => account.categories.some((code) => categories.includes(code)))
      .map(({ account, record }) => ({ userId: account.id, record }));
  }

  async #refresh(userId: UserId): Promise<void> {
    await this.#redis.set(presenceKey(userId), '1', { expiration: { type: 'PX', value: PRESENCE_MS } });
  }

  async #listRecords(): Promise<{ account: Account; record: AgentRecord }[]> {
    const accounts = await this.#accounts.listWithPhones();
    const records = await this.#records.readMany(accounts.map((account) => agentKey(account.id)));
    return accounts.map((account, index) => ({
      account,
      record: records[index] ?? newAgentRecord(),
    }));
  }

  async #change(userId: UserId, change: (record: AgentRecord) => Partial<AgentRecord>): Promise<AgentView> {
    return toView(userId, (await this.#changeRecord(userId, change)).after);
  }

  async #changeRecord(userId: UserId, change: (record: AgentRecord) => Partial<AgentRecord>): Promise<{ after: AgentRecord }> {
    const at = this.#clock.now().toISOString();
    const { before, after } = await this.#records.change(agentKey(userId), (record) => changeAgent(record, change(record), at));
    if (after !== before) this.#events.emit('agent.changed', toView(userId, after));
    return { after };
  }
}

const isAgent = ({ account }: { account: Account }): boolean => account.role === 'agent';

function toView(userId: UserId, record: AgentRecord): AgentView {
  const state = agentState(record);
  return {
    userId,
    state,
    awayReason: state === 'away' ? record.awayReason : null,
    since: record.since,
    phoneReady: record.isPhoneReady,
    version: record.version,
  };
}
