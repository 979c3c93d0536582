import type { CategoryCode, UserId } from '#contracts/ids.contract';
import type { Locale, Role } from '#contracts/users.contract';
import type { Scope } from '../platform/database/scope-guard.ts';
import { DomainError } from '../platform/errors.ts';

/** Somebody who is logged in, as known at this very request. */
export interface Person {
  readonly kind: 'person';
  readonly userId: UserId;
  readonly number: string;
  readonly name: string;
  readonly role: Role;
  readonly seat: string;
  readonly locale: Locale;
  readonly categories: readonly CategoryCode[];
  /** Names the session without being usable as one. */
  readonly sessionKey: string;
  readonly address: string;
}

/** Who asks: a person, somebody not logged in, or the system itself. */
export type Actor =
  Person | { readonly kind: 'anonymous'; readonly address: string } | { readonly kind: 'system'; readonly address: string };

/** The person who asks. Throws session.required for anybody else. */
export function personOf(actor: Actor): Person {
  if (actor.kind !== 'person') throw new DomainError('session.required');
  return actor;
}

/** What the person's queries may see: only their debt categories (地方税法22条; DOMAIN §4.3). */
export const scopeOf = (person: Person): Scope => ({ kind: 'values', values: person.categories });
