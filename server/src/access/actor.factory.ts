import { UserId } from '#contracts/ids.contract';
import { CATEGORIES } from '../cases/category.model.ts';
import type { Person } from './actor.ts';

/** Test data: an agent with every category, with what matters to the test. */
export function aPerson(change: Partial<Person> = {}): Person {
  return {
    kind: 'person',
    userId: UserId.parse('k1207'),
    number: 'k1207',
    name: '佐藤 美咲',
    role: 'agent',
    seat: '席07',
    locale: 'ja',
    categories: CATEGORIES.map((category) => category.code),
    sessionKey: 'session',
    address: '192.0.2.1',
    ...change,
  };
}
