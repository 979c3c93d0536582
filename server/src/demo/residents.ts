import type { Flag, PhoneKind } from '#contracts/cases.contract';
import { CaseId, PhoneId, PhoneNumber, type CategoryCode, type UserId } from '#contracts/ids.contract';
import { japanDate, japanDateText } from '../calendar/japan-time.model.ts';
import type { Case, HistoryEntry, Resident, ResidentPhone } from '../cases/case.model.ts';
import { CATEGORIES } from '../cases/category.model.ts';
import { displayNumber } from '../cases/phone-number.model.ts';
import { makeDebts } from './debts.ts';
import { makeHistory } from './history.ts';
import { BUILDINGS, FOREIGN_NAMES, GIVEN_NAMES, SURNAMES, TOWNS_BY_WARD } from './names.ts';
import { SeededRandom } from './random.ts';

export const DEMO_SEED = 20_260_401;
export const DEMO_PERSONS = 300;
/** Every behaviour of the carrier's residents among the first calls a newcomer makes; the first one answers at once. */
const FIRST_DIGITS = [0, 1, 5, 6, 7, 8, 9, 2];
/** The last digit tells the carrier simulator how the resident behaves: 0-4 answers, 5 answers and hangs up, 6 busy, 7 absent, 8 machine, 9 unallocated. */
const DIGITS: readonly [readonly [number, number], ...(readonly [number, number])[]] = [
  [0, 11],
  [1, 11],
  [2, 11],
  [3, 11],
  [4, 11],
  [5, 5],
  [6, 10],
  [7, 15],
  [8, 10],
  [9, 5],
];
const LIST_LENGTH = 40;

export interface DemoList {
  userId: UserId;
  categories: readonly CategoryCode[];
}

export interface DemoResidents {
  cases: Case[];
  history: HistoryEntry[];
}

/** Synthetic residents with debts and history, the same for the same seed, day and lists. */
export function makeResidents(options: { seed: number; now: Date; lists: readonly DemoList[] }): DemoResidents {
  const random = new SeededRandom(options.seed);
  const cases: Case[] = [];
  const history: HistoryEntry[] = [];
  for (let person = 1; person <= DEMO_PERSONS; person += 1) {
    const made = makeCase(random, { person, now: options.now });
    cases.push(made.found);
    history.push(...made.history);
  }
  assignLists(cases, options.lists);
  return { cases, history };
}

function makeCase(random: SeededRandom, of: { person: number; now: Date }): { found: Case; history: HistoryEntry[] } {
  const id = CaseId.parse(`case-${String(of.person).padStart(4, '0')}`);
  const today = japanDate(of.now);
  const debts = makeDebts(random, today, of.person);
  const owed = new Set(debts.map((debt) => debt.categoryCode));
  const history = makeHistory(random, { id, debts }, of.now);
  const lastCall = history.filter((entry) => entry.kind === 'call').at(-1);
  const found: Case = {
    id,
    version: 1,
    person: makePerson(random, of.person, today.year),
    flags: of.person <= FIRST_DIGITS.length ? [] : makeFlags(random, of.now),
    phones: makePhones(random, of.person),
    debts,
    categories: CATEGORIES.map((category) => category.code).filter((code) => owed.has(code)),
    asOf: japanDateText(of.now),
    assignedTo: null,
    order: of.person,
    isDone: false,
    lastResult: lastCall?.resultCode ?? null,
    lastCallAt: lastCall?.at ?? null,
    nextCallAt: null,
  };
  return { found, history };
}

function makePerson(random: SeededRandom, person: number, year: number): Resident {
  const [ward, towns] = random.pick(TOWNS_BY_WARD);
  const building = random.chance(0.4) ? `　${random.pick(BUILDINGS)}${random.between(1, 9)}0${random.between(1, 8)}` : '';
  const block = `${random.between(1, 6)}丁目${random.between(1, 30)}番${random.between(1, 20)}号`;
  const isForeign = random.chance(0.06);
  const [surname, surnameKana] = random.pick(SURNAMES);
  const [given, givenKana] = random.pick(GIVEN_NAMES);
  const foreign = random.pick(FOREIGN_NAMES);
  const size = random.between(1, 5);
  const pad = (value: number): string => String(value).padStart(2, '0');
  return {
    ...(isForeign ? foreign : { name: `${surname}　${given}`, kana: `${surnameKana}　${givenKana}`, language: 'ja' as const }),
    addresseeNumber: String(100_000 + person * 137).padStart(9, '0'),
    birthDate: `${year - random.between(22, 84)}-${pad(random.between(1, 12))}-${pad(random.between(1, 28))}`,
    ward,
    address: `仙台市${ward}${random.pick(towns)}${block}${building}`,
    household: { isHead: size === 1 || random.chance(0.6), size },
  };
}

function makePhones(random: SeededRandom, person: number): ResidentPhone[] {
  const first = FIRST_DIGITS[person - 1] ?? random.pickWeighted(DIGITS);
  const hasMobileFirst = person <= FIRST_DIGITS.length || random.chance(0.7);
  const kinds: PhoneKind[] = [hasMobileFirst ? 'mobile' : 'landline'];
  if (random.chance(0.45)) kinds.push(hasMobileFirst ? 'landline' : 'mobile');
  if (random.chance(0.15)) kinds.push('workplace');
  return kinds.map((kind, index) =>
    makePhone(random, { kind, person, index, digit: index === 0 ? first : random.pickWeighted(DIGITS) }),
  );
}

function makePhone(random: SeededRandom, of: { kind: PhoneKind; person: number; index: number; digit: number }): ResidentPhone {
  // Three digits for the person (workplaces apart), one for the behaviour: unique by construction.
  const block = of.kind === 'workplace' ? of.person + DEMO_PERSONS : of.person;
  const isCentreNumber = of.kind === 'landline' && [110, 120, 130, 140, 150].includes(block) && of.digit === 0;
  const subscriber = `${String(block).padStart(3, '0')}${isCentreNumber ? 1 : of.digit}`;
  const number = PhoneNumber.parse(of.kind === 'mobile' ? `+81900000${subscriber}` : `+8122000${subscriber}`);
  const tried = random.between(0, 5);
  const id = PhoneId.parse(`phone-${String(of.person).padStart(4, '0')}-${of.index + 1}`);
  return { id, kind: of.kind, number, display: displayNumber(number), tried, answered: random.between(0, tried) };
}

function makeFlags(random: SeededRandom, now: Date): Flag[] {
  const from = japanDateText(new Date(now.getTime() - random.between(5, 200) * 86_400_000));
  const flags: Flag[] = [];
  if (random.chance(0.05)) flags.push({ code: random.pick(['S02', 'S03', 'S07', 'S09', 'S10', 'S11']), from, setBy: 'city' });
  if (random.chance(0.08)) flags.push({ code: random.pick(['A02', 'A03', 'A04', 'A05', 'A06']), from, setBy: 'centre' });
  return flags;
}

/** Each list takes the next forty people it may work on. */
function assignLists(cases: readonly Case[], lists: readonly DemoList[]): void {
  for (const list of lists) {
    const free = cases.filter((one) => one.assignedTo === null && one.categories.some((code) => list.categories.includes(code)));
    free.slice(0, LIST_LENGTH).forEach((one, index) => {
      one.assignedTo = list.userId;
      one.order = index + 1;
    });
  }
}
