import { keepCheapestCandidates } from './offered-candidates';

const LOOPBACK = 'a=candidate:1 1 udp 2122194687 127.0.0.1 56355 typ host generation 0 network-id 3 network-cost 50';
const WIRED = 'a=candidate:2 1 udp 2122063615 192.0.2.2 51378 typ host generation 0 network-id 1';
const TCP = 'a=candidate:3 1 tcp 1518083839 192.0.2.2 9 typ host tcptype active generation 0 network-id 1';
const media = (address: string, port: number, ...candidates: string[]): string =>
  ['v=0', `m=audio ${port} UDP/TLS/RTP/SAVPF 0`, `c=IN IP4 ${address}`, ...candidates, 'a=sendrecv', ''].join('\r\n');
const sdp = (...candidates: string[]): string => media('127.0.0.1', 56355, ...candidates);

describe('keepCheapestCandidates', () => {
  it('leaves only the candidates that the browser itself prefers, with one of them as the default', () => {
    expect(keepCheapestCandidates(sdp(LOOPBACK, WIRED, TCP))).toBe(media('192.0.2.2', 51378, WIRED));
  });

  it('keeps loopback where there is nothing else', () => {
    expect(keepCheapestCandidates(sdp(LOOPBACK))).toBe(sdp(LOOPBACK));
  });

  it('changes nothing else and survives an offer without candidates', () => {
    expect(keepCheapestCandidates(sdp())).toBe(sdp());
    expect(keepCheapestCandidates(sdp(TCP))).toBe(sdp(TCP));
  });
});
