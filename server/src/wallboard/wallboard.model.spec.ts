import { WallboardView } from '#contracts/wallboard.contract';
import { drawWallboard } from './wallboard.model.ts';

const board = drawWallboard({
  at: new Date('2026-11-24T02:00:00Z'),
  requested: 300,
  firstContacts: ['2026-11-04T01:00:00.000Z', '2026-11-03T20:00:00.000Z', '2026-11-24T01:00:00.000Z'],
  contactsToday: 1,
  calls: { outbound: 7, inbound: 2, inboundAnswered: 1 },
  queue: { waiting: 1, longestSince: '2026-11-24T01:59:00.000Z' },
  agents: [
    { state: 'ready', since: '2026-11-24T01:00:00.000Z' },
    { state: 'talking', since: '2026-11-24T01:00:00.000Z' },
    { state: 'wrap-up', since: '2026-11-24T01:57:59.000Z' },
    { state: 'wrap-up', since: '2026-11-24T01:58:00.000Z' },
    { state: 'ready', since: '2026-11-24T01:00:00.000Z' },
  ],
});

describe('the wallboard', () => {
  it('matches its contract', () => {
    expect(WallboardView.parse(board)).toEqual(board);
  });

  it('accumulates persons by the day in Japan, up to today', () => {
    const { byDay, reached } = board.contactRate;
    expect(reached).toBe(3);
    expect([byDay[2], byDay[3], byDay.at(-1)]).toEqual([
      { day: 3, reached: 0 },
      { day: 4, reached: 2 },
      { day: 24, reached: 3 },
    ]);
  });

  it('counts the open days that are left, today included', () => {
    expect(board.contactRate.openDaysLeft).toBe(5);
  });

  it('counts agents by what they are doing, and those whose wrap-up takes too long', () => {
    expect(board.agents).toEqual({ ready: 2, ringing: 0, talking: 1, wrapUp: 2, wrapUpOverdue: 1, away: 0, offline: 0 });
  });
});
