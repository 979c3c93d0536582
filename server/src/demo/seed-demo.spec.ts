import type { Account } from '../users/account.store.ts';
import { seedDemo, type SeedTarget } from './seed-demo.ts';
import { DEMO_STAFF } from './staff.ts';
import { DEMO_TELEPHONES } from './telephones.ts';

/** The seed's collections in memory, with cases already there. */
function filled(accounts: Account[], telephones: unknown[]): SeedTarget {
  const add =
    <Item>(list: Item[]) =>
    (item: Item): Promise<void> => {
      list.push(item);
      return Promise.resolve();
    };
  return {
    accounts: { find: (id: string) => Promise.resolve(accounts.find((one) => one.id === id) ?? null), add: add(accounts) },
    directory: { isEmpty: () => Promise.resolve(telephones.length === 0), add: add(telephones) },
    cases: { countAll: () => Promise.resolve(1) },
    timeline: {},
  } as unknown as SeedTarget; // only what the seed uses
}

describe('the seeding of the demonstration', () => {
  it('bring people and telephones of a later version into an installation that has the earlier ones', async () => {
    const blocked = { ...DEMO_STAFF[0]!, passwordHash: 'theirs', isBlocked: true };
    const [accounts, telephones]: [Account[], unknown[]] = [[blocked], []];
    for (let start = 1; start <= 2; start += 1) {
      await seedDemo(filled(accounts, telephones), { password: 'demo-password', now: new Date() });
      expect(accounts.map(({ id }) => id).sort()).toEqual(DEMO_STAFF.map(({ id }) => id).sort());
      expect(telephones.length).toBe(DEMO_TELEPHONES.length);
    }
    expect(accounts[0]).toBe(blocked);
  });

  it('hold telephones that the synthetic carrier answers, each under a name of its own', () => {
    expect(new Set(DEMO_TELEPHONES.map(({ id }) => id)).size).toBe(DEMO_TELEPHONES.length);
    expect(DEMO_TELEPHONES.filter(({ number }) => !/^\+8122000\d{3}[0-4]$/.test(number))).toEqual([]);
  });
});
