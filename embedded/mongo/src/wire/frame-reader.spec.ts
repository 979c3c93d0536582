import { Binary, BSONSymbol, Code, Decimal128, Long, MaxKey, MinKey, ObjectId, serialize, Timestamp } from 'bson';
import fc from 'fast-check';
import { CommandError } from '../command-error.ts';
import { FrameReader, ProtocolError, type Frame } from './frame-reader.ts';
import { encodeMessage, parseMessage } from './op-msg.ts';
import { parseQuery } from './op-query.ts';

const message = encodeMessage(7, 0, serialize({ ping: 1, $db: 'admin' }));
/** Every BSON type, below each other, and a document sequence: whatever a changed byte may turn into something else. */
const rich = withSequence(
  serialize({
    insert: 'a',
    $db: 'test',
    list: [1, 2.5, 'x', null, true, [new Date(0), { deep: [new ObjectId()] }]],
    values: [new Long(1n), Decimal128.fromString('1.5'), new Binary(Buffer.from('b'), 4), /a/i, new Timestamp({ t: 1, i: 1 })],
    rare: [new MinKey(), new MaxKey(), new Code('f', { s: 1 }), new BSONSymbol('s')],
  }),
  [serialize({ _id: 1 }), serialize({ _id: 2 })],
);

function withSequence(body: Uint8Array, documents: readonly Uint8Array[]): Buffer {
  const name = Buffer.from('documents\0');
  const length = Buffer.alloc(4);
  length.writeInt32LE(4 + name.length + documents.reduce((sum, { length: own }) => sum + own, 0), 0);
  const bytes = Buffer.concat([encodeMessage(7, 0, body), Buffer.from([1]), length, name, ...documents]);
  bytes.writeInt32LE(bytes.length, 0);
  return bytes;
}

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
    const endMs = Date.now() + 2000;
    let rounds = 0;
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 60 }),
        fc.constantFrom(message, rich),
        fc.array(fc.tuple(fc.nat(), fc.oneof(fc.nat(255), fc.constantFrom(0, 0x7f, 0x80, 0xff))), { maxLength: 4 }),
        fc.nat(400),
        (noise, original, changes, cut) => {
          rounds += 1;
          const changed = Buffer.from(original);
          for (const [position, byte] of changes) changed[position % changed.length] = byte;
          const variants = [
            changed,
            changed.subarray(0, cut),
            Buffer.from(noise),
            Buffer.concat([message.subarray(0, 21), noise]),
          ];
          for (const bytes of variants) {
            expect(refusesCleanly(() => new FrameReader().push(bytes).map((frame) => parseMessage(frame.body)))).toBeTrue();
            expect(refusesCleanly(() => parseMessage(bytes.subarray(16)))).toBeTrue();
            expect(refusesCleanly(() => parseQuery(bytes))).toBeTrue();
          }
        },
      ),
      { numRuns: 100_000, interruptAfterTimeLimit: endMs - Date.now(), markInterruptAsFailure: false },
    );
    expect(rounds).toBeGreaterThan(50);
  });

  it('reads every type and a document sequence', () => {
    const [only] = new FrameReader().push(rich);
    expect(parseMessage(only?.body ?? Buffer.alloc(0)).command['documents']).toHaveSize(2);
  });

  it('refuses messages without a body, with a repeated one, and with unknown required flags', () => {
    const withFlags = Buffer.from(message.subarray(16));
    withFlags.writeUInt32LE(4, 0);
    expect(() => parseMessage(withFlags)).toThrowError(ProtocolError);
    expect(() => parseMessage(Buffer.from([0, 0, 0, 0, 9]))).toThrowError(ProtocolError);
    expect(() => parseMessage(Buffer.concat([message.subarray(16), message.subarray(20)]))).toThrowError(ProtocolError);
  });
});
