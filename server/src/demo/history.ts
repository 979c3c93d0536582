import type { ResultCode } from '#contracts/call-results.contract';
import { UserId } from '#contracts/ids.contract';
import { isBusinessDay } from '../calendar/business-day.model.ts';
import { japanDate } from '../calendar/japan-time.model.ts';
import type { Case, HistoryEntry } from '../cases/case.model.ts';
import type { SeededRandom } from './random.ts';

const DAY_MS = 86_400_000;
const MAX_DAYS_BACK = 120;

const RESULTS: readonly [readonly [ResultCode, number], ...(readonly [ResultCode, number])[]] = [
  ['31', 40],
  ['11', 22],
  ['12', 8],
  ['34', 8],
  ['33', 10],
  ['35', 5],
  ['51', 3],
  ['52', 4],
];

const NOTES: Partial<Record<ResultCode, readonly [string, ...string[]]>> = {
  '11': [
    '納付書をなくしたとのこと。再発行を希望。',
    '月末に全額納付すると話す。',
    '収入が減り一度には難しいとのこと。所管課の相談窓口を案内した。',
  ],
  '12': ['ご家族が応対。折り返しをお願いした。', '同居のご家族に、お手紙をご覧いただくよう伝えた。'],
  '51': ['名乗ったところで切断。'],
  '52': ['夕方に折り返すとのこと。'],
};

const CALLERS: readonly [readonly [id: string, name: string], ...(readonly [string, string])[]] = [
  ['k1207', '佐藤 美咲'],
  ['k1212', '千葉 拓海'],
  ['k1215', '三浦 葵'],
];

/** What happened with one person before today: calls on business days, letters, a payment where something was paid. */
export function makeHistory(random: SeededRandom, of: Pick<Case, 'id' | 'debts'>, now: Date): HistoryEntry[] {
  const entries = Array.from(
    {
      length: random.pickWeighted([
        [0, 20],
        [1, 25],
        [2, 25],
        [4, 20],
        [6, 10],
      ]),
    },
    (_, index) => makeEntry(random, of, { now, index }),
  );
  return entries.sort((a, b) => a.at.localeCompare(b.at));
}

function makeEntry(random: SeededRandom, of: Pick<Case, 'id' | 'debts'>, when: { now: Date; index: number }): HistoryEntry {
  const debt = random.pick(of.debts as [Case['debts'][number], ...Case['debts']]); // makeDebts never answers an empty list
  const base = {
    id: `${of.id}-h${when.index + 1}`,
    caseId: of.id,
    categories: [debt.categoryCode],
    categoryCode: debt.categoryCode,
    at: businessMoment(random, when.now).toISOString(),
    callId: null,
    byUserId: null,
    hasRecording: false,
  };
  const kind = random.pickWeighted([
    ['call', 60],
    ['letter', 30],
    ['payment', debt.paid > 0 ? 30 : 0],
  ] as const);
  if (kind === 'letter') return { ...base, kind };
  if (kind === 'payment') return { ...base, kind, amount: debt.paid };
  return { ...base, kind, direction: 'outbound', ...makeCall(random) };
}

function makeCall(random: SeededRandom): Pick<HistoryEntry, 'resultCode' | 'talkSeconds' | 'note' | 'by' | 'byUserId'> {
  const resultCode = random.pickWeighted(RESULTS);
  const notes = NOTES[resultCode];
  const [id, by] = random.pick(CALLERS);
  return {
    resultCode,
    talkSeconds: notes === undefined ? 0 : random.between(12, 320),
    by,
    byUserId: UserId.parse(id),
    ...(notes === undefined ? {} : { note: random.pick(notes) }),
  };
}

/** Between 9:00 and 16:30 on a business day before today. */
function businessMoment(random: SeededRandom, now: Date): Date {
  let daysBack = random.between(1, MAX_DAYS_BACK);
  for (;;) {
    const date = japanDate(new Date(now.getTime() - daysBack * DAY_MS));
    if (isBusinessDay(date))
      return new Date(Date.UTC(date.year, date.month - 1, date.day, 0, random.between(0, 450), random.between(0, 59)));
    daysBack += 1;
  }
}
