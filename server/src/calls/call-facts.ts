import type { FactOf } from '#contracts/gateway.contract';
import type { CallId, GatewayId } from '#contracts/ids.contract';
import type { CaseService } from '../cases/case.service.ts';
import { CATEGORIES, categoryOfNumber } from '../cases/category.model.ts';
import { describeError } from '../platform/errors.ts';
import type { Logger } from '../platform/logging/logger.ts';
import { SYSTEM_SCOPE } from '../platform/database/scope-guard.ts';
import type { EventPublisher } from '../platform/events.ts';
import type { CallChanges } from './call-changes.ts';
import type { CallQueue } from './call-queue.ts';
import type { CallEvents } from './call.events.ts';
import { applyFact, type CallFact } from './call-fact.model.ts';
import { end, isRunning, newInboundCall, talkSeconds, type Call } from './call.model.ts';
import type { People, TelephoneGateway } from './call.ports.ts';
import type { CallStore } from './call.store.ts';
import { partOfLeaver } from './hand-over.model.ts';

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
  people: People;
  events: EventPublisher<CallEvents>;
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
    if (fact.type === 'call.owner-changed') await this.#partWithLeaver(fact, told.at);
    const of = { at: told.at, name: await this.#nameIn(fact) };
    const why = fact.type === 'party.left' ? fact.reason : null;
    const changed = await this.#with.changes.apply(fact.callId, (call) => applyFact(call, fact, of), why);
    if (changed === null)
      return this.#with.logger.warn({ callId: fact.callId, fact: fact.type }, 'A fact names a call that is not known.');
    // Applied before an interruption, but perhaps not followed up.
    if (changed.after === changed.before) await this.#with.changes.restore(changed.after);
    await this.#followUp(fact, changed.after);
  }

  /** What the agent who leaves has to write up is stored before the call goes on: nothing of it can be lost in between. */
  async #partWithLeaver(fact: FactOf<'call.owner-changed'>, at: string): Promise<void> {
    const { calls, changes } = this.#with;
    const call = await calls.find(SYSTEM_SCOPE, fact.callId);
    const part = call === null ? null : partOfLeaver(call, fact, at);
    if (part === null || (await changes.add(part))) return;
    const stored = await calls.find(SYSTEM_SCOPE, part.id);
    if (stored !== null) await changes.restore(stored);
  }

  /** The name of the person a fact is about; empty when it is about none. */
  async #nameIn(fact: CallFact): Promise<string> {
    const userId = 'agentId' in fact ? fact.agentId : 'userId' in fact ? fact.userId : null;
    return userId === null ? '' : this.#with.people.nameOf(userId);
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
    if ((fact.type === 'recording.ready' || fact.type === 'recording.failed') && call.handOvers > 0) await this.#tellParts(fact);
    if (fact.type === 'call.ended' || fact.type === 'call.queued' || fact.type === 'call.digit') void this.#with.queue.review();
    if (fact.type === 'party.asked-to-repeat') this.#with.events.emit('call.asked-to-repeat', { call, party: fact.party });
    if (hasOutlivedItsRefusal(fact, call)) await this.#hangUpStray(call);
  }

  /** The recording of a call is that of each of its parts. */
  async #tellParts(fact: FactOf<'recording.ready' | 'recording.failed'>): Promise<void> {
    for (const { id } of await this.#with.calls.listParts(fact.callId)) {
      const changed = await this.#with.changes.apply(id, (part) => applyFact(part, fact, { at: '', name: '' }));
      if (changed !== null && fact.type === 'recording.ready')
        await this.#with.cases.markRecorded(id, talkSeconds(changed.after));
    }
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
