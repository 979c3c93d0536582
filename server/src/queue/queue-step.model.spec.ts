import { CategoryCode, UserId } from '#contracts/ids.contract';
import { anInboundCall } from '../calls/call.factory.ts';
import type { Call } from '../calls/call.model.ts';
import { QueueRules } from './queue-rules.ts';
import {
  averageHandlingSeconds,
  expectedWaitMinutes,
  inTurn,
  nextStep,
  offerableCategories,
  positionOf,
  type QueueSituation,
  type QueueStep,
} from './queue-step.model.ts';
import { newQueueing, type Queueing } from './queueing.model.ts';

const HANA = UserId.parse('hana');
/** A Tuesday, 10:00 in Japan. */
const START = '2026-11-24T01:00:00.000Z';
const after = (seconds: number): string => new Date(Date.parse(START) + seconds * 1_000).toISOString();

const aWait = (queueing: Partial<Queueing> = {}, call: Partial<Call> = {}): Call =>
  anInboundCall({ startedAt: START, queueing: { ...newQueueing(START), ...queueing }, ...call });

const at = (seconds: number, change: Partial<QueueSituation> = {}): QueueSituation => ({
  at: new Date(after(seconds)),
  rules: QueueRules.parse({}),
  hours: 'statute',
  agentId: null,
  place: { position: 3, waitMinutes: 5 },
  ...change,
});

const MUSIC = { heardSince: START };
const STANDING = ['ja/queue-position-3', 'ja/queue-wait-5', 'ja/queue-hold'];
const OFFERED: Partial<Call> = { phase: 'offered', agentId: HANA, offeredAt: START };
const EVENING = '2026-11-24T08:00:00.000Z';
const evening = { startedAt: EVENING, queueing: newQueueing(EVENING) };
const LATE = '2026-11-24T07:55:00.000Z';

describe('the next step about a waiting call', () => {
  const rows: [title: string, call: Call, situation: QueueSituation, step: QueueStep['do'], sounds?: string[]][] = [
    ['offers it at once to a free agent, while the caller hears ringback', aWait(), at(0, { agentId: HANA }), 'offer'],
    ['picks it up when nobody is free', aWait(), at(0), 'pick-up'],
    ['does not pick it up twice', aWait({ pickUpAt: START }), at(4), 'wait'],
    ['picks it up again when nothing was heard of it', aWait({ pickUpAt: START }), at(5), 'pick-up'],
    ['lets it ring for twenty seconds', aWait({}, OFFERED), at(19.9), 'wait'],
    ['takes it back from a desk that let it ring', aWait({}, OFFERED), at(20), 'take-back'],
    [
      'greets first and offers four languages',
      aWait(MUSIC),
      at(1),
      'say',
      ['ja/queue-greeting', 'ja/language-choice', 'en/language-choice', 'vi/language-choice', 'ne/language-choice'],
    ],
    [
      'answers the choice of a language in it',
      aWait({ ...MUSIC, saidAt: START, isSpeaking: true, hasChosenLanguage: true }, { language: 'ne' }),
      at(2),
      'say',
      ['ne/language-chosen', 'ne/queue-position-3', 'ne/queue-wait-5', 'ne/queue-hold'],
    ],
    ['is silent between two announcements', aWait({ ...MUSIC, saidAt: START }), at(29), 'wait'],
    ['says place and wait every thirty seconds', aWait({ ...MUSIC, saidAt: START }), at(30), 'say', STANDING],
    ['lets an announcement be played to its end', aWait({ ...MUSIC, saidAt: START, isSpeaking: true }), at(30), 'wait'],
    ['goes on when the end of one was never told', aWait({ ...MUSIC, saidAt: START, isSpeaking: true }), at(90), 'say', STANDING],
    [
      'says no wait when nobody is on duty, and no figure above twenty',
      aWait({ ...MUSIC, saidAt: START }),
      at(30, { place: { position: 21, waitMinutes: null } }),
      'say',
      ['ja/queue-position-more', 'ja/queue-hold'],
    ],
    ['still offers after the longest wait when somebody is free', aWait(MUSIC), at(600, { agentId: HANA }), 'offer'],
    [
      'sends away after the longest wait',
      aWait({ ...MUSIC, hasChosenLanguage: true }, { language: 'en' }),
      at(600),
      'dismiss',
      ['en/no-agent', 'en/call-back'],
    ],
    [
      'promises no call-back to a number it does not know',
      aWait({ ...MUSIC, hasChosenLanguage: true }, { number: null }),
      at(600),
      'dismiss',
      ['ja/no-agent'],
    ],
    ['waits for a dismissal to be played', aWait({ dismissal: { reason: 'no-agent', at: START } }), at(89), 'wait'],
    [
      'repeats a dismissal of which nothing was heard',
      aWait({ dismissal: { reason: 'no-agent', at: START } }),
      at(90),
      'dismiss',
    ],
    ['sends away who calls after closing time, whoever is free', aWait({}, evening), at(0, { agentId: HANA }), 'dismiss'],
    ['is open at any hour in the demonstration', aWait({}, evening), at(0, { hours: 'demo' }), 'pick-up'],
    ['serves who was given back after closing time', aWait({}, { ...evening, handOvers: 1 }), at(0, { agentId: HANA }), 'offer'],
  ];
  for (const [title, call, situation, step, sounds] of rows) {
    it(title, () => {
      const next = nextStep(call, situation);
      expect(next.do).toBe(step);
      if (sounds !== undefined && 'sounds' in next) expect(next.sounds).toEqual(sounds);
      expect(sounds === undefined || 'sounds' in next).toBeTrue();
    });
  }

  it('tells callers of the last ten minutes that it closes', () => {
    const queueing = { ...newQueueing(LATE), heardSince: LATE };
    const next = nextStep(anInboundCall({ startedAt: LATE, queueing }), at(0, { at: new Date(LATE) }));
    expect('sounds' in next && next.sounds.slice(0, 2)).toEqual(['ja/queue-greeting', 'ja/queue-closing']);
  });
});

describe('the order of a queue', () => {
  const first = anInboundCall({ queueing: newQueueing(after(1)) });
  const second = { ...anInboundCall({ queueing: newQueueing(after(2)) }), id: 'b' as Call['id'] };
  const returned = { ...anInboundCall({ queueing: newQueueing(after(3)), handOvers: 1 }), id: 'c' as Call['id'] };

  it('is by the length of the wait, behind whoever was given back', () => {
    expect(inTurn([second, first, returned])).toEqual([returned, first, second]);
  });

  it('gives each caller a place among those of the category who wait', () => {
    const tax = { ...second, categoryCode: CategoryCode.parse('04') };
    const ringing: Call = { ...returned, phase: 'offered' };
    expect(positionOf(second, [returned, first, second])).toBe(3);
    expect(positionOf(tax, [returned, first, tax])).toBe(1);
    expect(positionOf(first, [ringing, first, second])).toBe(1);
  });

  it('lets other agents help after a while where the operator gave them the right', () => {
    const rules = QueueRules.parse({ overflow: { '01': ['04'] } });
    const own = [CategoryCode.parse('01')];
    expect(offerableCategories(aWait(), { at: new Date(after(119)), rules })).toEqual([own]);
    expect(offerableCategories(aWait(), { at: new Date(after(120)), rules })).toEqual([own, [CategoryCode.parse('04')]]);
    expect(offerableCategories(aWait(), { at: new Date(after(120)), rules: QueueRules.parse({}) })).toEqual([own]);
  });

  it('expects the wait from what calls take and who is on duty, in whole minutes', () => {
    expect(expectedWaitMinutes({ position: 3, handlingSeconds: 240, agents: 2 })).toBe(6);
    expect(expectedWaitMinutes({ position: 1, handlingSeconds: 61, agents: 1 })).toBe(2);
    expect(expectedWaitMinutes({ position: 1, handlingSeconds: 30, agents: 9 })).toBe(1);
    expect(expectedWaitMinutes({ position: 1, handlingSeconds: 240, agents: 0 })).toBeNull();
    expect(averageHandlingSeconds([], 240)).toBe(240);
    expect(averageHandlingSeconds([60_000, 120_000], 240)).toBe(180);
  });
});
