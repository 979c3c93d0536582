import { CallbackId } from '#contracts/callbacks.contract';
import { CallId, CategoryCode, PhoneNumber, UserId } from '#contracts/ids.contract';
import { aCall, anInboundCall } from '../calls/call.factory.ts';
import type { Call } from '../calls/call.model.ts';
import { newQueueing } from '../queue/queueing.model.ts';
import { isTalkFor, missAgain, newCallback, openKeyOf, take, toCallbackView, type MissedCall } from './callback.model.ts';

const NUMBER = PhoneNumber.parse('+819000000010');
const START = '2026-11-24T02:00:00.000Z';
const END = '2026-11-24T02:01:30.000Z';
const LATER = '2026-11-24T03:00:00.000Z';

const aMiss = (change: Partial<Call> = {}): MissedCall => ({
  ...anInboundCall({ startedAt: START, queueing: { ...newQueueing(START), missedFor: 'abandoned', followUp: 'due' }, ...change }),
  number: NUMBER,
  endedAt: END,
});
const aTask = () => newCallback(CallbackId.parse('task-1'), aMiss());
const other = CallId.parse('call-2');

describe('a task to call somebody back', () => {
  it('tells how long they waited, and nothing of the number that may be dialled', () => {
    const view = toCallbackView(aTask());
    expect([view.waitedSeconds, view.attempts, view.reason, view.numberDisplay]).toEqual([90, 1, 'abandoned', '090-0000-0010']);
    expect(JSON.stringify(view)).not.toContain(NUMBER);
  });

  it('names candidates of its own category only', () => {
    const known = { nameMasked: '佐＊', kanaMasked: '', birthYearMasked: '', ward: '' };
    const candidates = ['01', '04'].map((code) => ({
      ...known,
      caseId: `case-${code}` as never,
      categories: [CategoryCode.parse(code)],
    }));
    expect(newCallback(CallbackId.parse('t'), aMiss({ candidates })).candidates.map(({ caseId }) => String(caseId))).toEqual([
      'case-01',
    ]);
  });

  it('is one for a number, a category and a day in Japan', () => {
    expect(openKeyOf(aMiss())).toBe('+819000000010 01 2026-11-24');
    expect(openKeyOf({ ...aMiss(), endedAt: '2026-11-24T15:00:00.000Z' })).toBe('+819000000010 01 2026-11-25');
  });

  it('counts each miss once', () => {
    const again = missAgain(aTask(), aMiss({ id: other }));
    expect(toCallbackView(again).attempts).toBe(2);
    expect(missAgain(again, aMiss({ id: other }))).toBe(again);
  });

  it('is taken by one person; whoever has it takes it again without a change', () => {
    const taken = take(aTask(), { userId: UserId.parse('hana'), name: '花' });
    if (taken === null) throw new Error('An open task can be taken');
    expect(take(taken, { userId: UserId.parse('hana'), name: '花' })).toBe(taken);
    expect(take(taken, { userId: UserId.parse('taro'), name: '太郎' })).toBeNull();
  });

  const talks: [title: string, call: Call, isTalk: boolean][] = [
    ['they called again and were answered', anInboundCall({ answeredAt: LATER }), true],
    ['they were answered before the miss', anInboundCall({ answeredAt: START }), false],
    ['nobody answered', anInboundCall(), false],
    [
      'it was about another category under the same number of ours',
      anInboundCall({ answeredAt: LATER, categoryCode: CategoryCode.parse('02') }),
      true,
    ],
    ['it was about taxes', anInboundCall({ answeredAt: LATER, categoryCode: CategoryCode.parse('04') }), false],
    ['another number', anInboundCall({ answeredAt: LATER, number: PhoneNumber.parse('+819000000011') }), false],
    ['we reached them', aCall({ answeredAt: LATER, resultCode: '11' }), true],
    ['we reached a machine', aCall({ answeredAt: LATER, resultCode: '32' }), false],
    ['we are talking and the result is not known', aCall({ answeredAt: LATER }), false],
  ];
  for (const [title, call, isTalk] of talks) {
    it(`${isTalk ? 'is settled' : 'stays'} when ${title}`, () => {
      expect(isTalkFor(aTask(), call)).toBe(isTalk);
    });
  }
});
