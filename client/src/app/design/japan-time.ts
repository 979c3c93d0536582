/** The centre works by Japan's clock (UTC+9, no summer time), whatever the seat's computer says. */
const OFFSET_MS = 9 * 3_600_000;

/** Calendar date in Japan of an instant given in milliseconds since 1970: YYYY-MM-DD. */
export function japanDate(atMs: number): string {
  return new Date(atMs + OFFSET_MS).toISOString().slice(0, 10);
}

/** 24-hour time in Japan, HH:mm or HH:mm:ss; the hour without a leading zero as on the desk's clock. */
export function japanTime(atMs: number, withSeconds = false): string {
  const [hour = '0', ...rest] = new Date(atMs + OFFSET_MS)
    .toISOString()
    .slice(11, withSeconds ? 19 : 16)
    .split(':');
  return [String(Number(hour)), ...rest].join(':');
}
