import type { CallId, CategoryCode, UserId } from '#contracts/ids.contract';
import { RESIDENT } from '#contracts/parties.contract';
import type { GatewayCommand } from '#contracts/gateway.contract';
import type { CallingHours } from '../calendar/calling-hours.model.ts';
import type { Clock } from '../platform/clock.ts';
import { DomainError, describeError } from '../platform/errors.ts';
import type { Logger } from '../platform/logging/logger.ts';
import type { Place } from '../queue/queue-announcements.model.ts';
import type { QueueRules } from '../queue/queue-rules.ts';
import { inTurn, nextStep, offerableCategories, positionOf, type QueueStep } from '../queue/queue-step.model.ts';
import type { Queueing } from '../queue/queueing.model.ts';
import type { WaitForecast } from '../queue/wait-forecast.ts';
import type { AgentService } from '../users/agent.service.ts';
import type { CallChanges } from './call-changes.ts';
import { endAsUnknown, type Call } from './call.model.ts';
import { isUnknownCall, type TelephoneGateway } from './call.ports.ts';
import type { CallStore } from './call.store.ts';

interface Collaborators {
  calls: Pick<CallStore, 'listWaiting'>;
  changes: Pick<CallChanges, 'apply'>;
  agents: Pick<AgentService, 'findLongestReady' | 'occupy' | 'release' | 'setState' | 'setPhoneReady'>;
  forecast: Pick<WaitForecast, 'waitMinutes'>;
  gateway: TelephoneGateway;
  rules: QueueRules;
  hours: CallingHours;
  clock: Clock;
  logger: Logger;
}

/**
 * Calls that wait for an agent. What is to be done about each follows from what is stored and from the time (queue-step.model.ts),
 * looked over every second and at every news: neither a restart nor a second server makes a difference.
 */
export class CallQueue {
  readonly #with: Collaborators;
  #work: Promise<void> = Promise.resolve();
  #isReviewAsked = false;

  constructor(collaborators: Collaborators) {
    this.#with = collaborators;
  }

  /** Looks over everything that waits. Call when a call arrives, when an agent becomes free, and every second for the times. */
  review(): Promise<void> {
    if (this.#isReviewAsked) return this.#work;
    this.#isReviewAsked = true;
    this.#work = this.#work.then(async () => {
      this.#isReviewAsked = false;
      try {
        const queue = inTurn(await this.#with.calls.listWaiting());
        for (const call of queue) await this.#reviewCall(call, queue);
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

  async #reviewCall(call: Call, queue: readonly Call[]): Promise<void> {
    const step = await this.#decide(call, queue);
    if (step.do !== 'take-back') return this.#take(step, call);
    await this.#putBack(call.id, step.agentId, 'away');
    const waiting = (await this.#with.calls.listWaiting()).find(({ id }) => id === call.id);
    if (waiting?.phase === 'queued') await this.#take(await this.#decide(waiting, queue), waiting);
  }

  async #decide(call: Call, queue: readonly Call[]): Promise<QueueStep> {
    const { rules, hours, clock } = this.#with;
    const at = clock.now();
    const isOfferable = call.phase === 'queued' && call.queueing.dismissal === null;
    const agentId = isOfferable ? await this.#findAgent(offerableCategories(call, { at, rules })) : null;
    return nextStep(call, { at, rules, hours, agentId, place: await this.#placeOf(call, queue) });
  }

  async #findAgent(groups: readonly CategoryCode[][]): Promise<UserId | null> {
    for (const categories of groups) {
      const found = await this.#with.agents.findLongestReady(categories);
      if (found !== null) return found;
    }
    return null;
  }

  async #placeOf(call: Call, queue: readonly Call[]): Promise<Place> {
    const position = positionOf(call, queue);
    return { position, waitMinutes: await this.#with.forecast.waitMinutes(call.categoryCode, position) };
  }

  async #take(step: QueueStep, call: Call): Promise<void> {
    const at = this.#with.clock.now().toISOString();
    const { id: callId, queueing } = call;
    switch (step.do) {
      case 'wait':
      case 'take-back':
        return;
      case 'offer':
        return this.#offer(call, step.agentId);
      case 'pick-up':
        return this.#tell(call, { pickUpAt: at }, { type: 'call.pick-up', callId }, queueing.pickUpAt !== null);
      case 'say':
        return this.#tell(
          call,
          { saidAt: at, isSpeaking: true, spokenIn: step.spokenIn },
          { type: 'call.announce', callId, party: RESIDENT, sounds: step.sounds },
        );
      case 'dismiss':
        return this.#tell(
          call,
          { dismissal: { reason: step.reason, at } },
          { type: 'call.dismiss', callId, sounds: step.sounds },
          queueing.dismissal !== null,
        );
    }
  }

  /**
   * Notes what is about to be asked of the gateway, then asks: of two servers that saw the same, one does it. `isRepeated`: it was
   * asked before and nothing was heard since, so a gateway that does not know the call will not tell its end either.
   */
  async #tell(call: Call, note: Partial<Queueing>, command: GatewayCommand, isRepeated = false): Promise<void> {
    const { changes, gateway, clock, logger } = this.#with;
    const noted = await changes.apply(call.id, (now) =>
      now.version === call.version ? { ...now, queueing: { ...now.queueing, ...note } } : now,
    );
    if (noted === null || noted.after === noted.before) return; // the next review sees what changed
    try {
      await gateway.send(call.gatewayId, command);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      logger.warn(
        { callId: call.id, command: command.type, code: error.code },
        'The gateway refused a command about a waiting call.',
      );
      if (isRepeated && isUnknownCall(error)) await changes.apply(call.id, (now) => endAsUnknown(now, clock.now().toISOString()));
    }
  }

  async #offer(call: Call, agentId: UserId): Promise<void> {
    const { agents, changes, gateway, clock } = this.#with;
    if ((await agents.occupy(agentId, call.id)) !== call.id) return; // somebody else was faster; the next review sees
    const offeredAt = clock.now().toISOString();
    const changed = await changes.apply(call.id, (now) =>
      now.phase === 'queued' && now.queueing.dismissal === null ? { ...now, phase: 'offered', agentId, offeredAt } : now,
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
