/**
 * The offer's candidates, without those that Chromium would not choose itself.
 *
 * Chromium ranks its interfaces by network cost first and priority second; a controlled agent only knows the priority
 * (RFC 8445 §5.1.2). On a seat with several interfaces both nominate pairs, each settles on another one, and DTLS then goes
 * to a socket that nobody listens to. With only the cheapest UDP candidates in the offer they cannot disagree.
 */
export function keepCheapestCandidates(sdp: string): string {
  const lines = sdp.split('\r\n');
  const costs = lines.filter(isUdpCandidate).map(networkCost);
  if (costs.length === 0) return sdp;
  const cheapest = Math.min(...costs);
  const kept = lines.filter((line) => !isCandidate(line) || (isUdpCandidate(line) && networkCost(line) === cheapest));
  return kept.map((line) => defaultDestination(line, kept)).join('\r\n');
}

/** The default destination has to be one of the candidates, or the other end must take ICE for broken (RFC 8839 §4.2.5). */
function defaultDestination(line: string, lines: string[]): string {
  const [, , , , address, port] = lines.find(isUdpCandidate)?.split(' ') ?? [];
  if (!address || !port) return line;
  if (line.startsWith('m=audio ')) return line.replace(/^m=audio \d+/, `m=audio ${port}`);
  return line.startsWith('c=IN ') ? `c=IN ${address.includes(':') ? 'IP6' : 'IP4'} ${address}` : line;
}

const isCandidate = (line: string): boolean => line.startsWith('a=candidate:');
const isUdpCandidate = (line: string): boolean => /^a=candidate:\S+ \d+ udp /i.test(line);

/** Absent means 0: wired, or unknown. */
const networkCost = (line: string): number => Number(/ network-cost (\d+)/.exec(line)?.[1] ?? 0);
