import type { AgentState } from '#contracts/users.contract';
import type { WallboardView } from '#contracts/wallboard.contract';
import { businessDaysLeft } from '../calendar/business-day.model.ts';
import { WRAP_UP_MS } from '../calls/call.model.ts';
import { japanDate, japanMonthText } from '../calendar/japan-time.model.ts';

/** The city's goal for calls (DOMAIN §4.8). */
const TARGET_PERCENT = 40;

/** Wrap-up and half a minute of grace. Nothing is forced after it, but the board shows it. */
const WRAP_UP_LIMIT_MS = WRAP_UP_MS + 30_000;

export interface WallboardFigures {
  at: Date;
  requested: number;
  /** The first contact this month with each person reached. */
  firstContacts: readonly string[];
  contactsToday: number;
  calls: { outbound: number; inbound: number; inboundAnswered: number };
  queue: { waiting: number; longestSince: string | null };
  agents: readonly { state: AgentState; since: string }[];
}

/** Puts the figures on the board. Counts only: no name, no number, nobody ranked. */
export function drawWallboard(figures: WallboardFigures): WallboardView {
  const { at, requested, firstContacts, contactsToday, calls, queue, agents } = figures;
  const count = (state: AgentState): number => agents.filter((one) => one.state === state).length;
  return {
    // Milliseconds grow on every server alike; a board made later wins.
    version: at.getTime(),
    at: at.toISOString(),
    contactRate: {
      month: japanMonthText(at),
      reached: firstContacts.length,
      requested,
      targetPercent: TARGET_PERCENT,
      byDay: accumulate(firstContacts, japanDate(at).day),
      openDaysLeft: businessDaysLeft(japanDate(at)),
    },
    today: {
      calls: calls.outbound,
      contacts: contactsToday,
      inbound: calls.inbound,
      inboundAnswered: calls.inboundAnswered,
    },
    queue,
    agents: {
      ready: count('ready'),
      ringing: count('ringing'),
      talking: count('talking'),
      wrapUp: count('wrap-up'),
      wrapUpOverdue: agents.filter((one) => one.state === 'wrap-up' && at.getTime() - Date.parse(one.since) > WRAP_UP_LIMIT_MS)
        .length,
      away: count('away'),
      offline: count('offline'),
    },
  };
}

function accumulate(firstContacts: readonly string[], lastDay: number): { day: number; reached: number }[] {
  const days = firstContacts.map((contact) => japanDate(new Date(contact)).day);
  return Array.from({ length: lastDay }, (_, index) => ({
    day: index + 1,
    reached: days.filter((day) => day <= index + 1).length,
  }));
}
