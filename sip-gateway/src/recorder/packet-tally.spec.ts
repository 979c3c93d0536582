import { PacketTally } from './packet-tally.ts';

describe('the tally of packets', () => {
  let packets: Record<string, number | null>;
  const tally = (): PacketTally => new PacketTally({ received: (leg) => Promise.resolve(packets[leg] ?? null) });

  beforeEach(() => {
    packets = { a: 1000, b: 50, c: 0 };
  });

  it('counts each party only while it is recorded, on whichever leg', async () => {
    const counted = tally();
    counted.assign('agent', 'a');
    counted.assign('resident', 'b');
    packets = { a: 1100, b: 90, c: 7 };
    counted.assign('agent', 'c');
    counted.assign('resident', null);
    packets = { a: 9000, b: 9000, c: 17 };
    counted.pause();
    packets = { a: 9000, b: 9000, c: 500 };
    counted.resume();
    packets = { a: 9000, b: 9000, c: 505 };
    expect(await counted.finish()).toEqual({ agent: 100 + 10 + 5, resident: 40 });
  });

  it('says nothing of a party the engine lost count of', async () => {
    const counted = tally();
    counted.assign('agent', 'a');
    counted.assign('resident', 'unknown');
    packets = { a: 3 };
    expect(await counted.finish()).toEqual({});
  });
});
