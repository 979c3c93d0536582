import { isBusinessDay } from './business-day.model.ts';
import { japanDate, japanMinutes } from './japan-time.model.ts';

/** statute: DOMAIN R13 and R14; demo: always open, so that the product can be tried at night. */
export type CallingHours = 'statute' | 'demo';

const FROM_MINUTES = 8 * 60 + 30;
const UNTIL_MINUTES = 17 * 60;

export interface CallingWindow {
  isOpen: boolean;
  /** HH:MM, Japan time. */
  from: string;
  until: string;
  isDemoHours: boolean;
}

/** Whether residents may be called at this instant, and the hours to show with it. 17:00:00 is closed (R14). */
export function callingWindow(hours: CallingHours, at: Date): CallingWindow {
  if (hours === 'demo') return { isOpen: true, from: '00:00', until: '24:00', isDemoHours: true };
  const minutes = japanMinutes(at);
  const isOpen = isBusinessDay(japanDate(at)) && minutes >= FROM_MINUTES && minutes < UNTIL_MINUTES;
  return { isOpen, from: '08:30', until: '17:00', isDemoHours: false };
}

/** Minutes until the centre closes today; null when it is closed, or never closes. */
export function minutesUntilClosing(hours: CallingHours, at: Date): number | null {
  const { isOpen, isDemoHours } = callingWindow(hours, at);
  return isOpen && !isDemoHours ? UNTIL_MINUTES - japanMinutes(at) : null;
}
