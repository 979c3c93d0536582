import type { CallId, UserId } from '#contracts/ids.contract';
import type { Clock } from '../platform/clock.ts';
import { DomainError, describeError } from '../platform/errors.ts';
import type { Logger } from '../platform/logging/logger.ts';
import type { AgentService } from '../users/agent.service.ts';
import type { CallChanges } from './call-changes.ts';
import type { Call } from './call.model.ts';
import type { TelephoneGateway } from './call.ports.ts';
import type { CallStore } from './call.store.ts';

/** How long a call rings at one desk before it goes to the next. */
const RING_MS = 20_000;

interface Collaborators {
  calls: Pick<CallStore, 'listWaiting'>;
  changes: Pick<CallChanges, 'apply'>;
  agents: Pick<AgentService, 'findLongestReady' | 'occupy' | 'release' | 'setState' | 'setPhoneReady'>;
  gateway: TelephoneGateway;
  clock: Clock;
  logger: Logger;
}

/** Inbound calls that wait: each is offered to the longest-ready agent of its category, oldest first. */
export class CallQueue {
  readonly #with: Collaborators;
  #work: Promise<void> = Promise.resolve();
  #isReviewAsked = false;

  constructor(collaborators: Collaborators) {
    this.#with = collaborators;
  }

  /** Looks over everything that waits. Call when a call arrives, when an agent becomes free, and every second for the ring time. */
  review(): Promise<void> {
    if (this.#isReviewAsked) return this.#work;
    this.#isReviewAsked = true;
    this.#work = this.#work.then(async () => {
      this.#isReviewAsked = false;
      try {
        for (const call of await this.#with.calls.listWaiting()) await this.#reviewCall(call);
      } catch (error) {
        this.#with.logger.warn(describeError(error), 'The queue could not be looked over; trying again.');
      }
    });
    return this.#work;
  }

  /** Takes an offered call away from an agent, who is away from now on, and offers it elsewhere. */
  async withdraw(id: CallId, agentId: UserId): Promise<void> {
    await this.#putBack(id, agentId, 'away');
    void this.review();
  }

  /** The agent's browser or phone is gone: an offered call must not go on ringing there. */
  async withdrawFrom(agentId: UserId): Promise<void> {
    const offered = (await this.#with.calls.listWaiting()).find((call) => call.phase === 'offered' && call.agentId === agentId);
    if (offered !== undefined) await this.#putBack(offered.id, agentId);
    void this.review();
  }

  async #reviewCall(call: Call): Promise<void> {
    if (call.phase === 'queued') return this.#offer(call);
    const rungMs = this.#with.clock.now().getTime() - Date.parse(call.offeredAt ?? call.startedAt);
    if (call.agentId === null || rungMs < RING_MS) return;
    await this.#putBack(call.id, call.agentId, 'away');
    const requeued = (await this.#with.calls.listWaiting()).find((waiting) => waiting.id === call.id);
    if (requeued?.phase === 'queued') await this.#offer(requeued);
  }

  async #offer(call: Call): Promise<void> {
    const { agents, changes, gateway, clock } = this.#with;
    const agentId = await agents.findLongestReady(call.categoryCode);
    if (agentId === null) return;
    if ((await agents.occupy(agentId, call.id)) !== call.id) return; // somebody else was faster; the next review sees
    const offeredAt = clock.now().toISOString();
    const changed = await changes.apply(call.id, (now) =>
      now.phase === 'queued' ? { ...now, phase: 'offered', agentId, offeredAt } : now,
    );
    if (changed?.after.agentId !== agentId) return agents.release(agentId, call.id);
    try {
      await gateway.send(call.gatewayId, { type: 'call.offer', callId: call.id, agentId });
    } catch (error) {
      // The phone is the agent's to mend; anything else is tried again at the next review.
      const isPhoneGone = error instanceof DomainError && error.code === 'phone.not-ready';
      if (isPhoneGone) await agents.setPhoneReady(agentId, false);
      await this.#putBack(call.id, agentId);
      if (!(error instanceof DomainError)) throw error;
      this.#with.logger.warn({ callId: call.id, code: error.code }, 'A waiting call could not be offered.');
    }
  }

  async #putBack(id: CallId, agentId: UserId, chosen?: 'away'): Promise<void> {
    if (chosen !== undefined) await this.#with.agents.setState(agentId, chosen, 'missed-call');
    await this.#with.changes.apply(id, (now) =>
      now.phase === 'offered' && now.agentId === agentId ? { ...now, phase: 'queued', agentId: null, offeredAt: null } : now,
    );
  }
}
