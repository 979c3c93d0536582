import type { PartyTarget } from '#contracts/call-control.contract';
import type { InviteParty } from '#contracts/call-parties.contract';
import type { DirectoryEntryId, InvitablePerson } from '#contracts/directory.contract';
import type { UserId } from '#contracts/ids.contract';
import type { Person } from '../access/actor.ts';
import { findCategory } from '../cases/category.model.ts';
import type { DirectoryService } from '../directory/directory.service.ts';
import { DomainError } from '../platform/errors.ts';
import { partyOfUser } from './call-parties.model.ts';
import type { Call } from './call.model.ts';

export interface InvitationPlan {
  /** Null for a telephone. */
  userId: UserId | null;
  /** As those in the call see it. */
  name: string;
  target: PartyTarget;
}

/** Decides who may be brought into a call: people and telephones of the directory, in the part that is theirs. */
export class Invitations {
  readonly #directory: Pick<DirectoryService, 'findPerson' | 'findTelephone'>;

  constructor(directory: Pick<DirectoryService, 'findPerson' | 'findTelephone'>) {
    this.#directory = directory;
  }

  /** Throws directory.not-found, party.unsuitable or party.not-free. */
  async plan(person: Person, call: Call, { role, target, entry }: InviteParty): Promise<InvitationPlan> {
    // Nobody but an agent or a telephone can be left alone with the resident.
    if (role === 'interpreter' && entry === 'blind') throw new DomainError('party.unsuitable');
    return target.kind === 'user'
      ? this.#planPerson(call, role, target.userId)
      : this.#planTelephone(person, call, role, target.entryId);
  }

  async #planPerson(call: Call, role: InviteParty['role'], userId: UserId): Promise<InvitationPlan> {
    const found = await this.#directory.findPerson(userId);
    if (found === null) throw new DomainError('directory.not-found');
    if (partyOfUser(call, userId) !== undefined || !suits(found, role, call)) throw new DomainError('party.unsuitable');
    if (!found.canJoin) throw new DomainError('party.not-free');
    return { userId, name: found.name, target: { kind: 'phone', userId } };
  }

  async #planTelephone(
    { locale }: Person,
    call: Call,
    role: InviteParty['role'],
    entryId: DirectoryEntryId,
  ): Promise<InvitationPlan> {
    const found = await this.#directory.findTelephone(entryId);
    if (found === null) throw new DomainError('directory.not-found');
    const isInterpreter = found.kind === 'interpreter';
    if (role === 'agent' || isInterpreter !== (role === 'interpreter')) throw new DomainError('party.unsuitable');
    const category = findCategory(call.categoryCode);
    if (category === null) throw new Error('A call has a category that does not exist.');
    const { number } = found;
    return { userId: null, name: found.name[locale], target: { kind: 'number', number, callerId: category.callerId } };
  }
}

/** Interpreters interpret; whoever may have to answer for the call works on its category (地方税法22条). */
function suits({ role: job, categories }: InvitablePerson, role: InviteParty['role'], call: Call): boolean {
  if (role === 'interpreter') return job === 'interpreter';
  return role === 'agent' && job !== 'interpreter' && categories.includes(call.categoryCode);
}
