/** Now, as milliseconds since 1970 with a fraction: comparable between processes of one machine, and never runs backwards. */
export function epochNowMs(): number {
  return performance.timeOrigin + performance.now();
}
