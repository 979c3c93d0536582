import type { CallView, DialCall } from '#contracts/calls.contract';
import { CallId, type GatewayId, type PhoneNumber } from '#contracts/ids.contract';
import { scopeOf, type Person } from '../access/actor.ts';
import { visibleDebts, type Case, type ResidentPhone } from '../cases/case.model.ts';
import type { CaseService } from '../cases/case.service.ts';
import { findCategory, type DebtCategory } from '../cases/category.model.ts';
import { blockingReasons } from '../cases/contact-gate.model.ts';
import type { Clock } from '../platform/clock.ts';
import { SYSTEM_SCOPE } from '../platform/database/scope-guard.ts';
import { DomainError } from '../platform/errors.ts';
import type { AgentService } from '../users/agent.service.ts';
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
  gateway: TelephoneGateway;
  clock: Clock;
}

interface Plan {
  found: Case;
  phone: ResidentPhone;
  category: DebtCategory;
  gatewayId: GatewayId;
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
    const key = `${person.userId}:${request.requestId}`;
    const running = this.#dialling.get(key);
    if (running !== undefined) return running;
    const dialled = this.#dialOnce(person, request).finally(() => this.#dialling.delete(key));
    this.#dialling.set(key, dialled);
    return dialled;
  }

  async #dialOnce(person: Person, request: DialCall): Promise<CallView> {
    const id = CallId.parse(request.requestId);
    const known = await this.#with.calls.find(scopeOf(person), id);
    if (known !== null && known.agentId === person.userId) return showTo(person, known);
    const { found, phone, category, gatewayId } = await this.#plan(person, request);
    await this.#occupyAgent(person, id);
    const call = newOutboundCall({
      id,
      gatewayId,
      agentId: person.userId,
      caseId: found.id,
      phoneId: phone.id,
      categoryCode: category.code,
      number: phone.number,
      startedAt: this.#with.clock.now().toISOString(),
    });
    await this.#store(call);
    await this.#command(call, { to: phone.number, callerId: category.callerId });
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

  /** Everything that must be so before anybody's telephone rings. */
  async #plan(person: Person, request: DialCall): Promise<Plan> {
    const { cases, calls, gateway } = this.#with;
    const found = await cases.findForWork(person, request.caseId);
    const phone = found.phones.find((one) => one.id === request.phoneId);
    if (phone === undefined) throw new DomainError('call.number-not-on-case');
    const isOwed = visibleDebts(found, person.categories).some((debt) => debt.categoryCode === request.categoryCode);
    const category = findCategory(request.categoryCode);
    if (!isOwed || category === null) throw new DomainError('case.not-found', 'Nothing is owed in that category.');
    const [current, gatewayId, verdict] = await Promise.all([
      calls.findCurrent(person.userId),
      gateway.findGatewayOf(person.userId),
      cases.checkGate(person, found, phone.kind),
    ]);
    if (current !== null) throw new DomainError('call.agent-busy');
    if (!verdict.allowed) {
      throw new DomainError('call.refused-by-gate', undefined, {
        reasons: blockingReasons(verdict.reasons).map((reason) => reason.code),
      });
    }
    return { found, phone, category, gatewayId };
  }

  /** Two clicks in two tabs must not become two calls. A booking left over from an interruption is taken over. */
  async #occupyAgent(person: Person, id: CallId): Promise<void> {
    const { agents, calls } = this.#with;
    const holder = await agents.occupy(person.userId, id);
    if (holder === id) return;
    const held = await calls.find(SYSTEM_SCOPE, CallId.parse(holder));
    if (held !== null && held.phase !== 'done' && held.agentId === person.userId) throw new DomainError('call.agent-busy');
    await agents.release(person.userId, holder);
    if ((await agents.occupy(person.userId, id)) !== id) throw new DomainError('call.agent-busy');
  }
}
