import { isRtcp, readReports, writeReport } from './rtcp-packet.ts';
import type { Report } from './rtcp-packet.ts';

const report: Report = {
  ssrc: 0xdead_beef,
  sender: { ntpSeconds: 3_900_000_000, ntpFraction: 7, rtpTimestamp: 4_000_000_000, packets: 12, octets: 1920 },
  blocks: [
    {
      ssrc: 99,
      fractionLost: 25,
      cumulativeLost: -3,
      highestSequence: 0x1_0007,
      jitter: 80,
      lastReport: 0x8000_0001,
      delaySinceLastReport: 65_536,
    },
  ],
};

describe('RTCP packets', () => {
  it('are read as they were written, as sender and as receiver reports', () => {
    expect(readReports(writeReport(report, 'leg'))).toEqual([report]);
    const receiver = { ...report, sender: null };
    expect(readReports(writeReport(receiver, 'leg'))).toEqual([receiver]);
  });

  it('are compound: a report, the canonical name, and a goodbye at the end', () => {
    const packet = writeReport(report, 'name', true);
    expect(isRtcp(packet)).toBeTrue();
    const types: number[] = [];
    for (let at = 0; at < packet.length; at += 4 + packet.readUInt16BE(at + 2) * 4) types.push(packet.readUInt8(at + 1));
    expect(types).toEqual([200, 202, 203]);
    expect(packet.includes('name')).toBeTrue();
    expect(packet.length % 4).toBe(0);
  });

  it('bound the cumulative loss to its 24 bits', () => {
    const lossy = { ...report, blocks: report.blocks.map((block) => ({ ...block, cumulativeLost: 2 ** 30 })) };
    expect(readReports(writeReport(lossy, 'leg'))[0]?.blocks[0]?.cumulativeLost).toBe(0x7f_ffff);
  });

  it('are refused when any length in them lies', () => {
    const packet = writeReport(report, 'leg');
    for (let length = 0; length < packet.length; length += 1) {
      if (length !== 52 && length !== 0) expect(readReports(packet.subarray(0, length))).toEqual([]);
    }
    const lying = Buffer.from(packet);
    lying.writeUInt8(0x80 | 31, 0);
    expect(readReports(lying)).toEqual([]);
  });
});
