import type { RecordingGap } from '#contracts/recordings.contract';
import { findGaps, isComplete, missingPackets } from './gap-check.model.ts';

const hole: RecordingGap = { kind: 'not-written', channel: null, atSeconds: 5, seconds: 2 };
const quiet: RecordingGap = { kind: 'not-received', channel: 'resident', atSeconds: 1, seconds: 9 };
const account = (packets: number | null, playedFrames: number) => ({ name: 'agent', packets, playedFrames });

describe('the gap check', () => {
  it('takes a few packets more than frames for normal: under way, repeated, in the buffer', () => {
    expect(
      [account(1000, 1000), account(1000, 970), account(20, 0), account(null, 0)].map((one) => missingPackets(one, [])),
    ).toEqual([0, 0, 0, 0]);
  });

  it('calls packets lost that came in and are nowhere, and says how long that is', () => {
    expect(missingPackets(account(1000, 900), [])).toBe(100);
    const gaps = findGaps([], [account(1000, 900)]);
    expect(gaps).toEqual([{ kind: 'lost-on-the-way', channel: 'agent', atSeconds: 0, seconds: 2 }]);
    expect(isComplete(gaps)).toBeFalse();
  });

  it('does not count a hole twice', () => {
    expect(findGaps([hole], [account(1000, 900)])).toEqual([hole]);
    expect(isComplete([hole])).toBeFalse();
  });

  it('does not blame itself for a party that was silent', () => {
    expect(isComplete(findGaps([quiet], [account(550, 550)]))).toBeTrue();
  });
});
