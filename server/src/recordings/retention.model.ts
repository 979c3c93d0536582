import type { CategoryCode } from '#contracts/ids.contract';

const DAY_MS = 86_400_000;

/** How long recordings are kept, by debt category. */
export class Retention {
  readonly #defaultDays: number;
  readonly #days: ReadonlyMap<string, number>;

  /** As configured: `1095,04=1825` keeps everything for three years and city tax for five. */
  constructor(defaultDays: number, days: ReadonlyMap<string, number>) {
    this.#defaultDays = defaultDays;
    this.#days = days;
  }

  daysOf(category: CategoryCode): number {
    return this.#days.get(category) ?? this.#defaultDays;
  }

  /** The last day on which it is kept, as a day in Japan. */
  keepUntil({ categoryCode, startedAt }: { categoryCode: CategoryCode; startedAt: string }): Date {
    return new Date(Date.parse(startedAt) + this.daysOf(categoryCode) * DAY_MS);
  }

  /** Recordings that began before this instant are past their time. */
  expiredBefore(category: CategoryCode, now: Date): Date {
    return new Date(now.getTime() - this.daysOf(category) * DAY_MS);
  }
}

/** Reads `1095,04=1825`. Null when it is anything else. */
export function parseRetention(text: string): Retention | null {
  const [first = '', ...rest] = text.split(',').map((part) => part.trim());
  if (!/^\d{1,5}$/.test(first) || Number(first) === 0) return null;
  const days = new Map<string, number>();
  for (const part of rest) {
    const match = /^(\d{2})=(\d{1,5})$/.exec(part);
    if (!match?.[1] || Number(match[2]) === 0) return null;
    days.set(match[1], Number(match[2]));
  }
  return new Retention(Number(first), days);
}

/** Reads what `parseRetention` accepts. Throws RangeError for anything else. */
export function readRetention(text: string): Retention {
  const retention = parseRetention(text);
  if (retention === null) throw new RangeError('The retention of recordings is not written as days.');
  return retention;
}
