const JAPAN_OFFSET_MS = 9 * 3_600_000;

/** Age in full years in Japan at `nowMs`; `birthDate` is YYYY-MM-DD. */
export function ageOn(birthDate: string, nowMs: number): number {
  const today = new Date(nowMs + JAPAN_OFFSET_MS).toISOString().slice(0, 10);
  const years = Number(today.slice(0, 4)) - Number(birthDate.slice(0, 4));
  return today.slice(5) < birthDate.slice(5) ? years - 1 : years;
}
