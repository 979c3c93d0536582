import { Reception } from './reception.ts';

/** Packets of one stream; each number is how many packets its sequence number is after the first. */
function receive(reception: Reception, numbers: readonly number[], arrivalMs: (n: number) => number = (n) => n * 20): void {
  for (const n of numbers)
    reception.note({ ssrc: 7, sequenceNumber: (65_530 + n) & 0xffff, timestamp: (2 ** 32 - 800 + n * 160) >>> 0 }, arrivalMs(n));
}

const upTo = (count: number, from = 0): number[] => Array.from({ length: count - from }, (_, i) => from + i);

describe('the reception of a stream', () => {
  it('expects every number between the first and the highest, across their wrap', () => {
    const reception = new Reception();
    receive(
      reception,
      upTo(100).filter((n) => n % 10 !== 5),
    );
    expect(reception.takeInterval()).toEqual({ expected: 100, lost: 10 });
    receive(reception, upTo(150, 100));
    expect(reception.takeInterval()).toEqual({ expected: 50, lost: 0 });
  });

  it('reports what RFC 3550 wants to know', () => {
    const reception = new Reception();
    receive(
      reception,
      upTo(100).filter((n) => n % 4 !== 3),
    );
    const interval = reception.takeInterval();
    expect(reception.describe(interval)).toEqual(
      jasmine.objectContaining({ ssrc: 7, fractionLost: 62, cumulativeLost: 24, highestSequence: 65_530 + 98, jitter: 0 }),
    );
  });

  it('takes packets out of order as they are, and a duplicate for no loss', () => {
    const reception = new Reception();
    receive(reception, [0, 2, 1, 3, 5, 4, 4]);
    expect(reception.takeInterval()).toEqual({ expected: 6, lost: 0 });
  });

  it('measures the jitter of arrivals that are alternately late by 10 ms, across the wrap of the timestamp', () => {
    const reception = new Reception();
    receive(reception, upTo(400), (n) => n * 20 + (n % 2) * 10);
    expect(reception.jitterMs).toBeCloseTo(10, 0);
  });

  it('leaves packets that waited for us out of the jitter', () => {
    const reception = new Reception();
    receive(reception, upTo(50));
    reception.note({ ssrc: 7, sequenceNumber: (65_530 + 50) & 0xffff, timestamp: (2 ** 32 - 800 + 50 * 160) >>> 0 }, null);
    receive(reception, upTo(100, 51));
    expect(reception.jitterMs).toBe(0);
  });

  it('starts over with another source, and with a jump of the numbers', () => {
    const reception = new Reception();
    receive(reception, upTo(100));
    reception.takeInterval();
    receive(reception, [20_000, 20_001]);
    expect(reception.takeInterval()).toEqual({ expected: 2, lost: 0 });
    reception.note({ ssrc: 8, sequenceNumber: 3, timestamp: 0 }, 0);
    expect([reception.ssrc, reception.takeInterval()]).toEqual([8, { expected: 1, lost: 0 }]);
  });
});
