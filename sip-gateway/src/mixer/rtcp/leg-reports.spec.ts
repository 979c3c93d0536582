import { LegReports } from './leg-reports.ts';

const START_MS = 1_700_000_000_123;

function report(reports: LegReports, ssrc: number, nowMs: number, packetsLate = 0) {
  return reports.takeInterval(
    { ssrc, rtpTimestamp: 1, packets: 10, octets: 1600 },
    { nowMs, packetsLate, playoutFrames: 2, isGoodbye: false },
  );
}

function receive(reports: LegReports, ssrc: number, packets: number): void {
  for (let n = 0; n < packets; n += 1) reports.reception.note({ ssrc, sequenceNumber: n, timestamp: n * 160 }, n * 20);
}

describe('the reports of a leg', () => {
  it('find the round trip from the reports of both sides, less the time the other side kept ours', () => {
    const [near, far] = [new LegReports(), new LegReports()];
    receive(near, 2, 10);
    receive(far, 1, 10);
    far.receive(report(near, 1, START_MS).packet, 2, START_MS + 40);
    const answer = report(far, 2, START_MS + 1040);
    near.receive(answer.packet, 1, START_MS + 1070);
    receive(near, 2, 20);
    expect(report(near, 1, START_MS + 1100).quality?.roundTripMs).toBeCloseTo(70, 0);
    expect(answer.quality?.roundTripMs).toBeNull();
  });

  it('count packets that came too late as lost', () => {
    const reports = new LegReports();
    receive(reports, 2, 100);
    expect(report(reports, 1, START_MS, 5).quality?.lossPct).toBe(5);
    receive(reports, 2, 200);
    expect(report(reports, 1, START_MS, 5).quality?.lossPct).toBe(0);
  });

  it('tell no quality of an interval in which nothing was expected', () => {
    const reports = new LegReports();
    expect(report(reports, 1, START_MS).quality).toBeNull();
    receive(reports, 2, 10);
    expect(report(reports, 1, START_MS).quality).not.toBeNull();
    expect(report(reports, 1, START_MS).quality).toBeNull();
  });

  it('take no report about another stream for theirs', () => {
    const [near, far] = [new LegReports(), new LegReports()];
    receive(far, 1, 10);
    receive(near, 2, 10);
    far.receive(report(near, 1, START_MS).packet, 2, START_MS + 40);
    near.receive(report(far, 2, START_MS + 50).packet, 77, START_MS + 90);
    receive(near, 2, 20);
    expect(report(near, 1, START_MS + 100).quality?.roundTripMs).toBeNull();
  });
});
