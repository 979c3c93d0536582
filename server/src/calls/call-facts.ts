import type { Fact, FactOf } from '#contracts/gateway.contract';
import type { CallId, GatewayId } from '#contracts/ids.contract';
import type { CaseService } from '../cases/case.service.ts';
import { CATEGORIES, categoryOfNumber } from '../cases/category.model.ts';
import { describeError } from '../platform/errors.ts';
import type { Logger } from '../platform/logging/logger.ts';
import type { CallChanges } from './call-changes.ts';
import type { CallQueue } from './call-queue.ts';
import { applyFact, end, isRunning, newInboundCall, talkSeconds, type Call } from './call.model.ts';
import type { TelephoneGateway } from './call.ports.ts';
import type { CallStore } from './call.store.ts';

type CallFact = Extract<Fact, { callId: CallId }>;

export interface Told {
  gatewayId: GatewayId;
  at: string;
}

interface Collaborators {
  calls: CallStore;
  changes: CallChanges;
  queue: CallQueue;
  cases: CaseService;
  gateway: TelephoneGateway;
  logger: Logger;
}

/** What follows from the gateways' facts about calls. Applying a fact again changes nothing more. */
export class CallFacts {
  readonly #with: Collaborators;

  constructor(collaborators: Collaborators) {
    this.#with = collaborators;
  }

  async apply(fact: CallFact, told: Told): Promise<void> {
    if (fact.type === 'call.arrived') return this.#arrive(fact, told);
    const changed = await this.#with.changes.apply(fact.callId, (call) => applyFact(call, fact, told.at));
    if (changed === null)
      return this.#with.logger.warn({ callId: fact.callId, fact: fact.type }, 'A fact names a call that is not known.');
    // Applied before an interruption, but perhaps not followed up.
    if (changed.after === changed.before) await this.#with.changes.restore(changed.after);
    await this.#followUp(fact, changed.after);
  }

  /** The gateway began anew: whatever it was doing before is over. */
  async endCallsBefore({ gatewayId, at }: Told): Promise<void> {
    for (const call of await this.#with.calls.listRunningOn(gatewayId)) {
      if (call.startedAt < at) await this.#endAsLost(call.id, at);
    }
  }

  /** The gateway has been silent for too long. */
  async endCallsOf(gatewayId: GatewayId, at: string): Promise<void> {
    for (const call of await this.#with.calls.listRunningOn(gatewayId)) await this.#endAsLost(call.id, at);
  }

  async #endAsLost(id: CallId, at: string): Promise<void> {
    await this.#with.changes.apply(id, (call) => {
      const talkMs = call.answeredAt === null ? 0 : Math.max(0, Date.parse(at) - Date.parse(call.answeredAt));
      return end(call, { cause: 'gateway-lost', endedBy: 'system', talkMs }, at);
    });
  }

  async #arrive(fact: FactOf<'call.arrived'>, { gatewayId, at }: Told): Promise<void> {
    const category = categoryOfNumber(fact.to) ?? CATEGORIES[0];
    if (category === undefined) throw new Error('There is no debt category.');
    const candidates = await this.#with.cases.findCandidates(fact.from);
    const call = newInboundCall({
      id: fact.callId,
      gatewayId,
      categoryCode: category.code,
      number: fact.from,
      startedAt: at,
      candidates,
    });
    await this.#with.changes.add(call);
    void this.#with.queue.review();
  }

  async #followUp(fact: CallFact, call: Call): Promise<void> {
    if (fact.type === 'recording.ready') await this.#with.cases.markRecorded(call.id, talkSeconds(call));
    if (fact.type === 'call.ended') void this.#with.queue.review();
    if (hasOutlivedItsRefusal(fact, call)) await this.#hangUpStray(call);
  }

  /** The agent was told that the call failed, so it must not go on behind the screen. */
  async #hangUpStray(call: Call): Promise<void> {
    this.#with.logger.warn({ callId: call.id }, 'The gateway dialled a call after its command had timed out; hanging up.');
    try {
      await this.#with.gateway.send(call.gatewayId, { type: 'call.hang-up', callId: call.id });
    } catch (error) {
      this.#with.logger.warn({ callId: call.id, ...describeError(error) }, 'A stray call could not be hung up.');
    }
  }
}

function hasOutlivedItsRefusal(fact: CallFact, call: Call): boolean {
  const isAlive = fact.type === 'call.dialling' || fact.type === 'call.ringing' || fact.type === 'call.answered';
  return isAlive && !isRunning(call) && call.phase === 'done' && call.cause === 'failed';
}
