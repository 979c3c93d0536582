import type { CallerCandidate, CallView, DialCall } from '#contracts/calls.contract';
import { CallId, type CaseId, type GatewayId, type PhoneId, type PhoneNumber } from '#contracts/ids.contract';
import { scopeOf, type Person } from '../access/actor.ts';
import { visibleDebts } from '../cases/case.model.ts';
import type { CaseService } from '../cases/case.service.ts';
import { findCategory, type DebtCategory } from '../cases/category.model.ts';
import { blockingReasons } from '../cases/contact-gate.model.ts';
import type { Clock } from '../platform/clock.ts';
import { SYSTEM_SCOPE } from '../platform/database/scope-guard.ts';
import { DomainError } from '../platform/errors.ts';
import type { AgentService } from '../users/agent.service.ts';
import type { Bookings } from './bookings.ts';
import type { CallChanges } from './call-changes.ts';
import { failBeforeDialling, newOutboundCall, type OutboundCall } from './call.model.ts';
import type { TelephoneGateway } from './call.ports.ts';
import type { CallStore } from './call.store.ts';
import { showTo } from './call-view.model.ts';

const RING_SECONDS = 30;

interface Collaborators {
  calls: CallStore;
  changes: CallChanges;
  cases: CaseService;
  agents: AgentService;
  bookings: Bookings;
  gateway: TelephoneGateway;
  clock: Clock;
}

/** Whom to call, after the contact gate allowed it. */
export interface DialTarget {
  number: PhoneNumber;
  category: DebtCategory;
  /** Null when it is not known who will answer: the agent identifies one of the candidates, as with a caller. */
  caseId: CaseId | null;
  phoneId: PhoneId | null;
  candidates: CallerCandidate[];
}

/** Places outbound calls: only to a number of a case the agent works on, only when the contact gate allows it, each request once. */
export class Dialler {
  readonly #with: Collaborators;
  readonly #dialling = new Map<string, Promise<CallView>>();

  constructor(collaborators: Collaborators) {
    this.#with = collaborators;
  }

  /** Answers the call as soon as the gateway accepted it. A repeated `requestId` answers the same call and dials nobody. */
  async dial(person: Person, request: DialCall): Promise<CallView> {
    return this.place(person, request.requestId, () => this.#target(person, request));
  }

  /** Like `dial`, to whom `choose` says; it throws what forbids the call. */
  async place(person: Person, requestId: string, choose: () => Promise<DialTarget>): Promise<CallView> {
    const key = `${person.userId}:${requestId}`;
    const running = this.#dialling.get(key);
    if (running !== undefined) return running;
    const dialled = this.#placeOnce(person, CallId.parse(requestId), choose).finally(() => this.#dialling.delete(key));
    this.#dialling.set(key, dialled);
    return dialled;
  }

  async #placeOnce(person: Person, id: CallId, choose: () => Promise<DialTarget>): Promise<CallView> {
    const known = await this.#with.calls.find(scopeOf(person), id);
    if (known !== null && known.agentId === person.userId) return showTo(person, known);
    const gatewayId = await this.#requireFree(person);
    const { number, category, caseId, phoneId, candidates } = await choose();
    await this.#occupyAgent(person, id);
    const call = newOutboundCall({
      id,
      gatewayId,
      agentId: person.userId,
      caseId,
      phoneId,
      candidates,
      categoryCode: category.code,
      number,
      startedAt: this.#with.clock.now().toISOString(),
    });
    await this.#store(call);
    await this.#command(call, { to: number, callerId: category.callerId });
    // Facts may have been faster than the reply.
    return showTo(person, (await this.#with.calls.find(SYSTEM_SCOPE, id)) ?? call);
  }

  /** The call is on record before anybody's telephone rings. */
  async #store(call: OutboundCall): Promise<void> {
    try {
      if (!(await this.#with.changes.add(call))) throw new DomainError('gateway.command-repeated');
    } catch (error) {
      await this.#with.agents.release(call.agentId, call.id);
      throw error;
    }
  }

  async #command(call: OutboundCall, numbers: { to: PhoneNumber; callerId: PhoneNumber }): Promise<void> {
    const { id: callId, agentId, gatewayId } = call;
    try {
      await this.#with.gateway.send(gatewayId, { type: 'call.dial', callId, agentId, ...numbers, ringSeconds: RING_SECONDS });
    } catch (error) {
      const at = this.#with.clock.now().toISOString();
      await this.#with.changes.apply(callId, (now) => (now.phase === 'dialling' ? failBeforeDialling(now, at) : now));
      throw error;
    }
  }

  /** The agent is in no call and has a phone: answers the gateway that holds it. */
  async #requireFree(person: Person): Promise<GatewayId> {
    const current = await this.#with.calls.findCurrent(person.userId);
    if (current !== null) throw new DomainError('call.agent-busy');
    return this.#with.gateway.findGatewayOf(person.userId);
  }

  /** A number of a case that the agent works on, for a debt of it, when the contact gate allows. */
  async #target(person: Person, request: DialCall): Promise<DialTarget> {
    const { cases } = this.#with;
    const found = await cases.findForWork(person, request.caseId);
    const phone = found.phones.find((one) => one.id === request.phoneId);
    if (phone === undefined) throw new DomainError('call.number-not-on-case');
    const isOwed = visibleDebts(found, person.categories).some((debt) => debt.categoryCode === request.categoryCode);
    const category = findCategory(request.categoryCode);
    if (!isOwed || category === null) throw new DomainError('case.not-found', 'Nothing is owed in that category.');
    const verdict = await cases.checkGate(person, found, phone.kind);
    if (!verdict.allowed) {
      throw new DomainError('call.refused-by-gate', undefined, {
        reasons: blockingReasons(verdict.reasons).map((reason) => reason.code),
      });
    }
    return { number: phone.number, category, caseId: found.id, phoneId: phone.id, candidates: [] };
  }

  /** Two clicks in two tabs must not become two calls. A booking left over from an interruption is taken over. */
  async #occupyAgent(person: Person, id: CallId): Promise<void> {
    if (!(await this.#with.bookings.book(person.userId, id))) throw new DomainError('call.agent-busy');
  }
}
