const STEP = 1000;
const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** Octets in the unit that leaves two or three digits. */
export function formatBytes(bytes: number): string {
  const exponent = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / STEP ** exponent;
  return `${value.toFixed(value < 10 && exponent > 0 ? 1 : 0)} ${UNITS[exponent] ?? ''}`;
}

/** Hours with one decimal as long as they are few. */
export function formatHours(hours: number): string {
  return hours < 10 ? hours.toFixed(1) : Math.round(hours).toLocaleString('en');
}
