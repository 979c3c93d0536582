import type { ResultCode } from '#contracts/call-results.contract';
import type { Flag, GateReason, GateVerdict, PhoneKind } from '#contracts/cases.contract';
import { callingWindow, type CallingHours } from '../calendar/calling-hours.model.ts';
import { japanDateText, japanMinutes, startOfJapanDay, startOfJapanMonth } from '../calendar/japan-time.model.ts';
import { activeStopFlags, isContact } from './case.model.ts';

const MAX_ATTEMPTS_A_DAY = 3;
const MAX_ATTEMPTS_A_MONTH = 10;
const HOUR_MS = 3_600_000;
const BUSY: ResultCode = '34';
/** 発信中止: nobody's telephone was made to ring for it. */
const CALLED_OFF: ResultCode = '71';

export interface Attempt {
  at: string;
  resultCode: ResultCode;
}

export interface GateQuestion {
  /** Yen still owed in the categories that the caller works on. */
  arrears: number;
  flags: readonly Flag[];
  /** The kind of the number to call; null asks for the case as a whole. */
  phoneKind: PhoneKind | null;
  /** Outbound calls on record for this person, at least those of the present month. */
  attempts: readonly Attempt[];
  hours: CallingHours;
  at: Date;
}

/**
 * The one gate for contact (DOMAIN §4.4): may this person be called now? Every rule answers, so that a screen can show them all.
 * Under demo hours the limits on attempts are shown with `enforced: "no"` and do not block; stop flags always do.
 */
export function mayContact(question: GateQuestion): GateVerdict {
  const reasons = [
    { code: 'case-closed', passed: question.arrears > 0, values: {} },
    checkHours(question),
    checkStopFlags(question),
    ...checkAttempts(question),
    checkWorkplace(question),
  ] satisfies GateReason[];
  return { allowed: blockingReasons(reasons).length === 0, reasons, checkedAt: question.at.toISOString() };
}

/** The rules that forbid the call, of all that were checked. */
export function blockingReasons(reasons: readonly GateReason[]): GateReason[] {
  return reasons.filter((reason) => !reason.passed && reason.values['enforced'] !== 'no');
}

function checkHours({ hours, at }: GateQuestion): GateReason {
  const { isOpen, from, until, isDemoHours } = callingWindow(hours, at);
  return { code: 'hours', passed: isOpen, values: { from, until, ...(isDemoHours ? { mode: 'demo' } : {}) } };
}

function checkStopFlags({ flags, at }: GateQuestion): GateReason {
  const stops = activeStopFlags(flags, japanDateText(at));
  return {
    code: 'stop-flag',
    passed: stops.length === 0,
    values: stops.length === 0 ? {} : { flags: stops.map((flag) => flag.code).join(' ') },
  };
}

function checkAttempts({ attempts, hours, at }: GateQuestion): GateReason[] {
  const enforced: Record<string, string> = hours === 'demo' ? { enforced: 'no' } : {};
  const made = attempts.filter((attempt) => attempt.resultCode !== CALLED_OFF && Date.parse(attempt.at) <= at.getTime());
  const since = (start: number): Attempt[] => made.filter((attempt) => Date.parse(attempt.at) >= start);
  const today = since(startOfJapanDay(at).getTime());
  const thisMonth = since(startOfJapanMonth(at).getTime());
  const withinTheHour = since(at.getTime() - HOUR_MS + 1).filter((attempt) => attempt.resultCode !== BUSY);
  const contactedToday = today.some((attempt) => isContact(attempt.resultCode));
  const lastAt = withinTheHour
    .map((attempt) => attempt.at)
    .sort()
    .at(-1);
  return [
    {
      code: 'attempts-today',
      passed: today.length < MAX_ATTEMPTS_A_DAY,
      values: { count: today.length, limit: MAX_ATTEMPTS_A_DAY, ...enforced },
    },
    {
      code: 'within-the-hour',
      passed: lastAt === undefined,
      values: { ...(lastAt === undefined ? {} : { until: oneHourAfter(lastAt) }), ...enforced },
    },
    { code: 'contacted-today', passed: !contactedToday, values: { ...enforced } },
    {
      code: 'attempts-month',
      passed: thisMonth.length < MAX_ATTEMPTS_A_MONTH,
      values: { count: thisMonth.length, limit: MAX_ATTEMPTS_A_MONTH, ...enforced },
    },
  ];
}

/** HH:MM, Japan time. */
function oneHourAfter(at: string): string {
  const minutes = japanMinutes(new Date(Date.parse(at) + HOUR_MS));
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}

/** Workplaces are off: no approval of the resident and the city is on record (DOMAIN §4.4). */
function checkWorkplace({ phoneKind }: GateQuestion): GateReason {
  return { code: 'workplace', passed: phoneKind !== 'workplace', values: {} };
}
