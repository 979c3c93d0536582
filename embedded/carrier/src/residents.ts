/** What happens when a number is dialled. It follows from the number alone, so that demo data and carrier need no shared table. */
export type Resident =
  | { readonly kind: 'answers'; readonly ringMs: number; readonly hasEarlyMedia: boolean; readonly hangsUpAfterMs: number | null }
  | { readonly kind: 'answering-machine'; readonly ringMs: number; readonly recordsMs: number }
  | { readonly kind: 'never-answers'; readonly ringMs: number }
  | { readonly kind: 'busy' }
  | { readonly kind: 'unallocated' }
  | { readonly kind: 'incomplete-number' };

/** Leading digits of numbers with eleven digits: mobile (020, 060 to 090), IP telephony (050), 0800. All others have ten. */
const ELEVEN_DIGITS = /^0[256789]0/;

/** National form of a dialled number (0220001100), from +81 or national form; null when it is neither. */
export function nationalNumber(dialled: string): string | null {
  const national = dialled.replace(/^\+81/, '0');
  return /^0\d+$/.test(national) ? national : null;
}

/** Whether a number in national form has all its digits. */
export function isComplete(national: string): boolean {
  return national.length === (ELEVEN_DIGITS.test(national) ? 11 : 10);
}

/**
 * Who is at a dialled number, by its last digit.
 * @param answerMs replaces the ringing time of the digits 0 to 4, for tests
 */
export function residentAt(dialled: string, answerMs: number | null): Resident {
  const national = nationalNumber(dialled);
  if (national === null || !isComplete(national)) return { kind: 'incomplete-number' };
  const digit = Number(national.at(-1));
  switch (digit) {
    case 5:
      return { kind: 'answers', ringMs: 2000, hasEarlyMedia: false, hangsUpAfterMs: 5000 };
    case 6:
      return { kind: 'busy' };
    case 7:
      return { kind: 'never-answers', ringMs: 90_000 };
    case 8:
      return { kind: 'answering-machine', ringMs: 4000, recordsMs: 60_000 };
    case 9:
      return { kind: 'unallocated' };
    default:
      return { kind: 'answers', ringMs: answerMs ?? 1000 * (1 + digit), hasEarlyMedia: digit === 3, hangsUpAfterMs: null };
  }
}
