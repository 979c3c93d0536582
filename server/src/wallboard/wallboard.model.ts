import type { AgentState } from '#contracts/users.contract';
import type { WallboardView } from '#contracts/wallboard.contract';
import { businessDaysLeft } from '../calendar/business-day.model.ts';
import { japanDate, japanMonthText } from '../calendar/japan-time.model.ts';

/** The city's goal for calls (DOMAIN §4.8). */
const TARGET_PERCENT = 40;

export interface WallboardFigures {
  at: Date;
  requested: number;
  /** The first contact this month with each person reached. */
  firstContacts: readonly string[];
  contactsToday: number;
  calls: { outbound: number; inbound: number; inboundAnswered: number };
  queue: { waiting: number; longestSince: string | null };
  agentStates: readonly AgentState[];
}

/** Puts the figures on the board. Counts only: no name, no number, nobody ranked. */
export function drawWallboard(figures: WallboardFigures): WallboardView {
  const { at, requested, firstContacts, contactsToday, calls, queue, agentStates } = figures;
  const count = (state: AgentState): number => agentStates.filter((one) => one === state).length;
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
