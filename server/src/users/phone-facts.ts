import type { FactOf } from '#contracts/gateway.contract';
import type { UserId } from '#contracts/ids.contract';
import type { Actor } from '../access/actor.ts';
import type { UseCases } from '../access/use-cases.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { DomainError } from '../platform/errors.ts';
import type { AccountStore } from './account.store.ts';
import type { AgentService } from './agent.service.ts';
import type { PhoneDropper } from './phone.ports.ts';

export type PhoneFact = FactOf<'phone.registered'> | FactOf<'phone.refused'> | FactOf<'phone.ready'> | FactOf<'phone.gone'>;

interface Collaborators {
  accounts: AccountStore;
  agents: AgentService;
  useCases: UseCases;
  audit: Pick<AuditLog, 'append'>;
  phones: PhoneDropper;
}

/** What follows from facts about browser phones: an audit entry each, and the agent's readiness. */
export class PhoneFacts {
  readonly #with: Collaborators;

  constructor(collaborators: Collaborators) {
    this.#with = collaborators;
  }

  /** `source` names the fact, so that applying it again adds no second entry. */
  async apply(fact: PhoneFact, source: string): Promise<void> {
    if (fact.type === 'phone.refused') {
      return this.#with.audit.append({
        actorId: null,
        action: 'phone.register',
        subject: null,
        address: fact.address,
        outcome: `refused:${fact.reason}`,
        source,
      });
    }
    if (fact.type === 'phone.registered') return this.#register(fact, source);
    await this.#with.agents.setPhoneReady(fact.userId, fact.type === 'phone.ready');
    await this.#with.audit.append({
      actorId: fact.userId,
      action: fact.type,
      subject: fact.callId,
      address: '',
      outcome: 'done',
      source,
    });
  }

  /** Whoever registered must still be permitted to; the credential may be older than a change of role. */
  async #register({ userId, address }: FactOf<'phone.registered'>, source: string): Promise<void> {
    const useCase = { permission: 'phone.register', action: 'phone.register', subject: () => null, source } as const;
    try {
      await this.#with.useCases.run(useCase, await this.#actorOf(userId, address), () => Promise.resolve());
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      this.#with.phones.drop(userId);
    }
  }

  async #actorOf(userId: UserId, address: string): Promise<Actor> {
    const account = await this.#with.accounts.find(userId);
    if (account === null || account.isBlocked) return { kind: 'anonymous', address };
    const { number, name, role, seat, locale, categories } = account;
    return { kind: 'person', userId, number, name, role, seat, locale, categories, sessionKey: '', address };
  }
}
