import { DEMO_STAFF } from './staff.ts';
import { DEMO_PERSONS, DEMO_SEED, makeResidents, type DemoResidents } from './residents.ts';

const now = new Date('2026-11-24T01:00:00Z');
const lists = DEMO_STAFF.filter((one) => one.role === 'agent').map((one) => ({ userId: one.id, categories: one.categories }));
const make = (seed = DEMO_SEED): DemoResidents => makeResidents({ seed, now, lists });
const lastDigit = (number: string | undefined): number => Number(number?.at(-1));

describe('the demonstration data', () => {
  const { cases, history } = make();
  const numbers = cases.flatMap((one) => one.phones.map((phone) => phone.number));

  it('are the same for the same seed and differ for another', () => {
    expect(make()).toEqual({ cases, history });
    expect(make(1).cases).not.toEqual(cases);
  });

  it('have 300 people with well-known case ids and one to three phones each', () => {
    expect(cases.length).toBe(DEMO_PERSONS);
    expect(cases[0]?.id as string).toBe('case-0001');
    expect(cases.at(-1)?.id as string).toBe('case-0300');
    expect(cases.every((one) => one.phones.length >= 1 && one.phones.length <= 3)).toBeTrue();
  });

  it('use only numbers of the carrier simulator, each once, none of the centre', () => {
    expect(numbers.every((number) => /^\+81(900000\d{4}|22000\d{4})$/.test(number))).toBeTrue();
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(numbers.some((number) => /^\+8122000(11|12|13|14|15)00$/.test(number))).toBeFalse();
  });

  it('let a newcomer meet every behaviour in the first eight rows, the first of which answers', () => {
    const firstList = cases.filter((one) => one.assignedTo === 'k1207').slice(0, 8);
    expect(firstList.map((one) => lastDigit(one.phones[0]?.number))).toEqual([0, 1, 5, 6, 7, 8, 9, 2]);
    expect(firstList.every((one) => one.flags.length === 0)).toBeTrue();
  });

  it('answer about as often as residents do', () => {
    const share = (digits: number[]): number =>
      numbers.filter((number) => digits.includes(lastDigit(number))).length / numbers.length;
    expect(share([0, 1, 2, 3, 4])).toBeGreaterThan(0.48);
    expect(share([0, 1, 2, 3, 4])).toBeLessThan(0.62);
    expect(share([7])).toBeGreaterThan(0.1);
    expect(share([7])).toBeLessThan(0.2);
  });

  it('give each agent forty cases, all within their categories', () => {
    for (const list of lists) {
      const assigned = cases.filter((one) => one.assignedTo === list.userId);
      expect(assigned.length).toBe(40);
      expect(assigned.every((one) => one.categories.some((code) => list.categories.includes(code)))).toBeTrue();
    }
  });

  it('add up to the yen and are all overdue', () => {
    const debts = cases.flatMap((one) => one.debts);
    expect(debts.every((debt) => debt.assessed - debt.paid === debt.arrears && debt.arrears > 0)).toBeTrue();
    expect(debts.every((debt) => debt.dueDate < '2026-11-24')).toBeTrue();
  });

  it('have people who speak Vietnamese or Nepali, about six in a hundred', () => {
    const foreign = cases.filter((one) => one.person.language !== 'ja').length;
    expect(foreign).toBeGreaterThan(8);
    expect(foreign).toBeLessThan(30);
  });

  it('have a past that ended before today', () => {
    expect(history.length).toBeGreaterThan(300);
    expect(history.every((entry) => entry.at < '2026-11-23T15:00:00.000Z')).toBeTrue();
  });
});
