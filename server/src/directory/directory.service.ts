import type { DirectoryEntry, DirectoryEntryId, DirectoryView, InvitablePerson } from '#contracts/directory.contract';
import type { UserId } from '#contracts/ids.contract';
import type { Person } from '../access/actor.ts';
import { displayNumber } from '../cases/phone-number.model.ts';
import type { AccountStore } from '../users/account.store.ts';
import type { AgentService } from '../users/agent.service.ts';
import type { DirectoryStore, ListedTelephone } from './directory.store.ts';

interface Collaborators {
  telephones: DirectoryStore;
  accounts: Pick<AccountStore, 'find'>;
  agents: Pick<AgentService, 'listPeople'>;
}

/** Whom one may bring into a call: colleagues at their browser phones, and telephones that the centre has listed. */
export class DirectoryService {
  readonly #with: Collaborators;

  constructor(collaborators: Collaborators) {
    this.#with = collaborators;
  }

  /** Everybody but the one who asks. */
  async view(person: Person): Promise<DirectoryView> {
    const [people, telephones] = await Promise.all([this.#listPeople(), this.#with.telephones.list()]);
    return { people: people.filter(({ userId }) => userId !== person.userId), entries: telephones.map(toEntry) };
  }

  /** Null for somebody who has no browser phone. */
  async findPerson(userId: UserId): Promise<InvitablePerson | null> {
    return (await this.#listPeople()).find((person) => person.userId === userId) ?? null;
  }

  async findTelephone(id: DirectoryEntryId): Promise<ListedTelephone | null> {
    return this.#with.telephones.find(id);
  }

  /** Empty for somebody unknown. */
  async nameOf(userId: UserId): Promise<string> {
    return (await this.#with.accounts.find(userId))?.name ?? '';
  }

  /** Who sits where; null for somebody unknown. */
  async describe(userId: UserId): Promise<{ userId: UserId; name: string; seat: string } | null> {
    const account = await this.#with.accounts.find(userId);
    return account === null ? null : { userId, name: account.name, seat: account.seat };
  }

  async #listPeople(): Promise<InvitablePerson[]> {
    return (await this.#with.agents.listPeople()).flatMap(({ account, view, canJoin }) => {
      const { id: userId, name, role, languages, categories } = account;
      if (role === 'manager' || role === 'administrator') return [];
      return [{ userId, name, role, state: view.state, languages, categories, canJoin }];
    });
  }
}

function toEntry({ number, ...entry }: ListedTelephone): DirectoryEntry {
  return { ...entry, numberDisplay: displayNumber(number) };
}
