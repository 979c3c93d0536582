import type { ContentCode, ResultCode } from '#contracts/call-results.contract';

/** Every result in the order of DOMAIN §4.9. */
export const RESULT_CODES: readonly ResultCode[] = [
  '11', '12', '21', '31', '32', '33', '34', '35', '36', '41', '42', '43', '51', '52', '61', '71',
]; // prettier-ignore

const AFTER_TALK: readonly ResultCode[] = ['11', '12', '21', '33', '42', '51', '61'];
const UNANSWERED: readonly ResultCode[] = ['31', '32', '33', '34', '35', '36', '41', '71'];

/** The handful that fits the call, plus the chosen one wherever it is from: these stay in sight, the rest behind 「ほか」. */
export function likelyResults(wasAnswered: boolean, chosen: ResultCode | null): ResultCode[] {
  const likely = wasAnswered ? AFTER_TALK : UNANSWERED;
  return RESULT_CODES.filter((code) => likely.includes(code) || code === chosen);
}

export const CONTENT_CODES: readonly ContentCode[] = [
  'promise',
  'paid-already',
  'instalments-wanted',
  'slip-reissue',
  'direct-debit-wanted',
  'reduction-consultation',
  'complaint',
  'refusal',
  'moved',
  'other',
];

export const isContact = (code: ResultCode): boolean => code === '11' || code === '12';

/** Rules of DOMAIN §4.4 and R32: how long after a call with this result the person may be called again. */
export function retryAfterMinutes(code: ResultCode): number | 'not-today' | null {
  if (isContact(code)) return 'not-today';
  if (code === '34') return 5;
  return ['41', '42', '43', '61', '71'].includes(code) ? null : 60;
}

/** 発信中止: nobody's telephone was made to ring, so it is no attempt. */
export const isAttempt = (code: ResultCode): boolean => code !== '71';

export interface TypedCode {
  /** The digit typed so far, to be shown. */
  first: string;
  atMs: number;
}

const SECOND_DIGIT_WITHIN_MS = 1_500;

/** Two digits typed one after the other make a result code; a first digit that leads nowhere is forgotten. */
export function typeDigit(
  typed: TypedCode | null,
  digit: string,
  nowMs: number,
): { typed: TypedCode | null; code: ResultCode | null } {
  if (typed && nowMs - typed.atMs <= SECOND_DIGIT_WITHIN_MS) {
    const code = RESULT_CODES.find((each) => each === typed.first + digit) ?? null;
    if (code) return { typed: null, code };
  }
  const leadsSomewhere = RESULT_CODES.some((each) => each.startsWith(digit));
  return { typed: leadsSomewhere ? { first: digit, atMs: nowMs } : null, code: null };
}
