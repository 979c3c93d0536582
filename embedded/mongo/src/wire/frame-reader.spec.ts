import { serialize } from 'bson';
import fc from 'fast-check';
import { CommandError } from '../command-error.ts';
import { FrameReader, ProtocolError, type Frame } from './frame-reader.ts';
import { encodeMessage, parseMessage } from './op-msg.ts';
import { parseQuery } from './op-query.ts';

const message = encodeMessage(7, 0, serialize({ ping: 1, $db: 'admin' }));

/** Runs a parser on bytes nobody checked: it may refuse them in its two ways, and in no other. */
function refusesCleanly(run: () => unknown): boolean {
  try {
    run();
  } catch (error) {
    return error instanceof ProtocolError || error instanceof CommandError;
  }
  return true;
}

describe('frame reader', () => {
  it('cuts a stream into messages wherever it is split', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }), fc.array(fc.nat(200), { maxLength: 6 }), (count, cuts) => {
        const stream = Buffer.concat(Array.from({ length: count }, () => message));
        const edges = [0, ...cuts.map((cut) => Math.min(cut, stream.length)).sort((a, b) => a - b), stream.length];
        const reader = new FrameReader();
        const frames: Frame[] = edges.slice(1).flatMap((edge, index) => reader.push(stream.subarray(edges[index], edge)));
        const pings = frames.filter((frame) => typeof parseMessage(frame.body).command['ping'] === 'object');
        expect(pings.length).toBe(count);
      }),
    );
  });

  it('refuses lengths below the header and above the announced limit', () => {
    for (const length of [0, 15, -1, 48_000_001, 0x7fffffff]) {
      const header = Buffer.alloc(16);
      header.writeInt32LE(length, 0);
      expect(() => new FrameReader().push(header)).toThrowError(ProtocolError);
    }
  });

  it('survives changed, cut and random bytes for a bounded time', () => {
    const endMs = Date.now() + 1000;
    let rounds = 0;
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 60 }),
        fc.array(fc.tuple(fc.nat(message.length - 1), fc.nat(255)), { maxLength: 4 }),
        fc.nat(80),
        (noise, changes, cut) => {
          rounds += 1;
          const changed = Buffer.from(message);
          for (const [position, byte] of changes) changed[position] = byte;
          const variants = [
            changed,
            changed.subarray(0, cut),
            Buffer.from(noise),
            Buffer.concat([message.subarray(0, 21), noise]),
          ];
          for (const bytes of variants) {
            expect(refusesCleanly(() => new FrameReader().push(bytes).map((frame) => parseMessage(frame.body)))).toBeTrue();
            expect(refusesCleanly(() => parseMessage(bytes))).toBeTrue();
            expect(refusesCleanly(() => parseQuery(bytes))).toBeTrue();
          }
        },
      ),
      { numRuns: 100_000, interruptAfterTimeLimit: endMs - Date.now(), markInterruptAsFailure: false },
    );
    expect(rounds).toBeGreaterThan(50);
  });

  it('refuses messages without a body, with a repeated one, and with unknown required flags', () => {
    const withFlags = Buffer.from(message.subarray(16));
    withFlags.writeUInt32LE(4, 0);
    expect(() => parseMessage(withFlags)).toThrowError(ProtocolError);
    expect(() => parseMessage(Buffer.from([0, 0, 0, 0, 9]))).toThrowError(ProtocolError);
    expect(() => parseMessage(Buffer.concat([message.subarray(16), message.subarray(20)]))).toThrowError(ProtocolError);
  });
});
