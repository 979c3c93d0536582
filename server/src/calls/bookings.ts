import { CallId, type UserId } from '#contracts/ids.contract';
import { SYSTEM_SCOPE } from '../platform/database/scope-guard.ts';
import type { AgentService } from '../users/agent.service.ts';
import { partyOfUser } from './call-parties.model.ts';
import { isRunning, type Call } from './call.model.ts';
import type { CallStore } from './call.store.ts';

/** Whether this person has something to do with the call. */
export const isHeldBy = (call: Call, userId: UserId): boolean =>
  (call.phase !== 'done' && call.agentId === userId) || (isRunning(call) && partyOfUser(call, userId) !== undefined);

/** Books people for calls, so that nobody is asked into two. */
export class Bookings {
  readonly #agents: Pick<AgentService, 'occupy' | 'release'>;
  readonly #calls: Pick<CallStore, 'find'>;

  constructor(agents: Pick<AgentService, 'occupy' | 'release'>, calls: Pick<CallStore, 'find'>) {
    this.#agents = agents;
    this.#calls = calls;
  }

  /** Answers false when another call holds them. A booking left over from an interruption is taken over. */
  async book(userId: UserId, id: CallId): Promise<boolean> {
    const holder = await this.#agents.occupy(userId, id);
    if (holder === id) return true;
    const held = await this.#calls.find(SYSTEM_SCOPE, CallId.parse(holder));
    if (held !== null && isHeldBy(held, userId)) return false;
    await this.#agents.release(userId, holder);
    return (await this.#agents.occupy(userId, id)) === id;
  }

  async free(userId: UserId, id: CallId): Promise<void> {
    await this.#agents.release(userId, id);
  }
}
