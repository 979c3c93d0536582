import { Buffer } from 'node:buffer';
import { StreamFraming } from '../transport/stream-framing.ts';
import { isFromScanner } from '../transport/scanner-filter.ts';
import { formatUri, parseUri } from './uri.ts';
import { LIMITS, parseMessage, readLoosely } from './parser.ts';
import { serialize } from './sip-message.ts';
import { INVALID } from './torture/invalid-messages.ts';
import { bytesOf } from './torture/torture-message.ts';
import { TortureScene } from './torture/torture-scene.ts';
import { VALID } from './torture/valid-messages.ts';

const LIMIT_MS = 10;
const FUZZ_MS = 2_000;

/** How long work takes: the shorter of clock and processor time, because a busy machine stretches the one and its other threads the other. */
function durationMs(work: () => void): number {
  const processor = process.cpuUsage();
  const startedAt = performance.now();
  work();
  const clockMs = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(processor);
  return Math.min(clockMs, (user + system) / 1_000);
}

/** What it costs to take a message in, all the way to what would go out again. */
function costMs(bytes: Buffer): number {
  return durationMs(() => {
    const outcome = parseMessage(bytes);
    if (outcome.ok) serialize(outcome.message);
    if (outcome.ok && outcome.message.kind === 'request') isFromScanner(outcome.message);
    readLoosely(bytes);
    new StreamFraming().push(bytes);
  });
}

/** A pause of the machine slows a message down once; only one that is slow every time costs too much. */
function isSlow(bytes: Buffer): boolean {
  return [1, 2, 3, 4].every(() => costMs(bytes) > LIMIT_MS);
}

/** A fixed sequence, so that a failure can be repeated. */
function sequence(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % limit;
  };
}

const request = (headers: readonly string[], start = 'OPTIONS sip:user@example.com SIP/2.0'): Buffer =>
  Buffer.from(
    [
      start,
      ...headers,
      'Via: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK1',
      'From: <sip:a@example.com>;tag=1',
      'To: <sip:user@example.com>',
      'Call-ID: 1',
      'CSeq: 1 OPTIONS',
      '',
      '',
    ].join('\r\n'),
  );

/** As long as a line may be. */
const fill = (piece: string, tail = ''): string =>
  piece.repeat(Math.floor((LIMITS.lineLength - 100 - tail.length) / piece.length)) + tail;

/** What an expression that tries every way to read a value would drown in. */
const WORST = [
  fill(' ', 'x'),
  fill(' \t', '\u2028x'),
  `SIP/2.0/UDP${fill(' ', 'x')}`,
  `SIP${fill(' ', '/')}`,
  `"${fill('\\"')}`,
  fill('<'),
  fill('<>'),
  fill(';'),
  fill(','),
  fill('a=1;'),
  fill('<a>,'),
  `sip:${fill('a.')}`,
  `sip:${fill('a-', '!')}`,
  `sip:${fill("'", 'or')}`,
  `sip:${fill('union ', 'x')}`,
  `sip:a@[${fill(':')}`,
  fill('1', ' OPTIONS'),
  fill('1 '),
  fill('::ffff:'),
  fill('SIP/2.0 '),
  fill('@localhost '),
  fill('a,'),
];

describe('The cost of a message', () => {
  it('is below 10 ms, and no exception escapes, for whatever two seconds of damage make of good and bad messages', () => {
    const seeds = [...Object.values(VALID), ...Object.values(INVALID)].map(bytesOf);
    const tokens = [
      '"',
      '<',
      '>',
      ';',
      ',',
      '\\',
      '\r',
      '\n',
      '\r\n',
      '\r\n ',
      '\0',
      '=',
      ':',
      '%',
      '@',
      '[',
      ']',
      '?',
      'sip:',
      'SIP/',
      '\xff',
    ];
    const long = [' ', '\t', '"\\', '<', ';', ',', '\r\n ', 'a.', '1', ':', 'SIP/2.0 ', "'", '%27', '\r\nl: 1'].map((piece) =>
      piece.repeat(Math.floor(7_000 / piece.length)),
    );
    const random = sequence(4_475);
    const pick = (from: readonly string[]): string => from[random(from.length)] ?? '';
    const endAt = performance.now() + FUZZ_MS;
    const slow: string[] = [];
    let count = 0;
    while (performance.now() < endAt) {
      let bytes = seeds[random(seeds.length)] ?? Buffer.alloc(0);
      for (let changes = random(6); changes >= 0; changes--) {
        const at = random(bytes.length + 1);
        const token = Buffer.from(random(20) === 0 ? pick(long) : pick(tokens), 'latin1');
        bytes = Buffer.concat([bytes.subarray(0, at), token, bytes.subarray(at + random(4))]);
      }
      if (costMs(bytes) > LIMIT_MS && isSlow(bytes)) slow.push(bytes.toString('latin1', 0, 200));
      count++;
    }
    expect(slow).toEqual([]);
    expect(count).toBeGreaterThan(500);
  });

  it('stays below 10 ms for the worst values each expression could meet', () => {
    const headers = [
      'From',
      'To',
      'Contact',
      'Via',
      'CSeq',
      'Route',
      'Record-Route',
      'Content-Length',
      'Max-Forwards',
      'User-Agent',
      'X',
    ];
    const slow: string[] = [];
    for (const value of WORST) {
      const messages = [
        ...headers.map((name) => request([`${name}: ${value}`])),
        request([], `OPTIONS ${value} SIP/2.0`),
        request([], `${value} SIP/2.0`),
        request([], `SIP/2.0 200 ${value}`),
        request([`${value}: x`]),
      ];
      for (const bytes of messages) if (isSlow(bytes)) slow.push(`${bytes.toString('latin1', 0, 60)} (${value.slice(0, 20)})`);
      const uri = parseUri(value);
      if (uri !== undefined) formatUri(uri);
    }
    expect(slow).toEqual([]);
  });

  it('stays below 10 ms all the way to the application and back', () => {
    const headers = [
      'Require',
      'Supported',
      'Session-Expires',
      'Min-SE',
      'RAck',
      'Content-Type',
      'Record-Route',
      'Contact',
      'Route',
    ];
    const scene = new TortureScene();
    let count = 0;
    const take = (lines: readonly string[]): number => {
      count++;
      const bytes = Buffer.from(
        request(lines, 'INVITE sip:user@example.com SIP/2.0')
          .toString()
          .replace('z9hG4bK1', `z9hG4bK${count}`)
          .replace('Call-ID: 1', `Call-ID: ${count}`)
          .replace('1 OPTIONS', '1 INVITE'),
      );
      return durationMs(() => scene.receiveBytes(bytes, 'udp'));
    };
    const slow = headers.flatMap((name) =>
      WORST.filter((value) => [1, 2, 3].every(() => take([`${name}: ${value}`]) > LIMIT_MS)).map(
        (value) => `${name}: ${value.slice(0, 20)}`,
      ),
    );
    expect(slow).toEqual([]);
    expect(scene.answers.length).toBeGreaterThan(count / 2);
  });

  it('stays below 10 ms for the largest message there may be, of the smallest parts', () => {
    const full = (piece: string): Buffer => request([piece.repeat(Math.floor(60_000 / piece.length))]);
    for (const piece of ['a:\r\n', 'Via: a,b\r\n', '\r\n', ' \r\n', 'l: 1\r\n ', 'm: <sip:a@b>;q=1,<sip:a@b>\r\n'])
      expect(isSlow(full(piece)))
        .withContext(piece)
        .toBeFalse();
  });

  it('does not grow with the square of the pieces a stream comes in', () => {
    const fewHeaders = (count: number): Buffer => request(Array.from({ length: count }, () => `X: ${'a'.repeat(6_000)}`));
    const costOf = (message: Buffer): number => {
      const framing = new StreamFraming();
      return durationMs(() => {
        for (let at = 0; at < message.length; at += 8) framing.push(message.subarray(at, at + 8));
      });
    };
    const leastOf = (message: Buffer): number => Math.min(...Array.from({ length: 5 }, () => costOf(message)));
    // Ten times the length may take ten times as long, and a bit more for a busy machine, but not a hundred times.
    expect(leastOf(fewHeaders(10))).toBeLessThan(20 * leastOf(fewHeaders(1)));
  });
});
