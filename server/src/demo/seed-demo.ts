import type { CaseStore } from '../cases/case.store.ts';
import type { TimelineStore } from '../cases/timeline.store.ts';
import type { DirectoryStore } from '../directory/directory.store.ts';
import type { AccountStore } from '../users/account.store.ts';
import { hashPassword } from '../users/password.ts';
import { DEMO_SEED, makeResidents } from './residents.ts';
import { DEMO_STAFF } from './staff.ts';
import { DEMO_TELEPHONES } from './telephones.ts';

export interface SeedTarget {
  accounts: AccountStore;
  cases: CaseStore;
  directory: DirectoryStore;
  timeline: TimelineStore;
}

/** Fills empty collections with the demonstration's data and adds people a later version brought. Answers how many cases were written: 0 when there were some already. */
export async function seedDemo(target: SeedTarget, options: { password: string; now: Date }): Promise<number> {
  await addMissingStaff(target.accounts, options.password);
  if (await target.directory.isEmpty()) for (const telephone of DEMO_TELEPHONES) await target.directory.add(telephone);
  if ((await target.cases.countAll()) > 0) return 0;
  const lists = DEMO_STAFF.filter((person) => person.role === 'agent').map((person) => ({
    userId: person.id,
    categories: person.categories,
  }));
  const { cases, history } = makeResidents({ seed: DEMO_SEED, now: options.now, lists });
  await target.timeline.addAll(history);
  await target.cases.addAll(cases);
  return cases.length;
}

async function addMissingStaff(accounts: AccountStore, password: string): Promise<void> {
  const known = await Promise.all(DEMO_STAFF.map(({ id }) => accounts.find(id)));
  const missing = DEMO_STAFF.filter((_person, index) => known[index] === null);
  if (missing.length === 0) return;
  const passwordHash = await hashPassword(password);
  for (const person of missing) await accounts.add({ ...person, passwordHash });
}
