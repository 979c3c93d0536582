import { readStatistics } from './query-reply.ts';

const TAGS = { party: 'party', mixer: 'mixer' };

/** One side's streams: RTP with this source and count, and an RTCP stream that must not be counted. */
function side(ssrc: number, packets: number): object {
  const rtcp = { SSRC: ssrc, flags: ['RTCP', 'filled'], stats: { packets: 99, bytes: 1, errors: 0 } };
  return { tag: 'x', medias: [{ streams: [{ SSRC: ssrc, flags: ['RTP', 'filled'], stats: { packets } }, rtcp] }] };
}

const reply = {
  result: 'ok',
  tags: { party: side(111, 270), mixer: side(222, 300) },
  SSRC: {
    '222': { 'cumulative loss': 29, 'average MOS': { MOS: 35, 'round-trip time': 2320, jitter: 10, samples: 3 } },
    '111': { 'cumulative loss': 0 },
  },
};

describe('the statistics of rtpengine', () => {
  it('count RTP by side, and file the reports of the mixer under what the party sent', () => {
    expect(readStatistics(reply, TAGS)).toEqual({
      fromParty: { packets: 270, lost: 29, jitterMs: 10, roundTripMs: 2.32, mos: 3.5 },
      fromMixer: { packets: 300, lost: 0, jitterMs: null, roundTripMs: null, mos: null },
    });
  });

  it('have counts but no quality before anybody has reported', () => {
    const early = { ...reply, SSRC: {} };
    const unknown = { lost: null, jitterMs: null, roundTripMs: null, mos: null };
    expect(readStatistics(early, TAGS)).toEqual({
      fromParty: { packets: 270, ...unknown },
      fromMixer: { packets: 300, ...unknown },
    });
  });

  it('are none when rtpengine does not know the call', () => {
    expect(readStatistics({ result: 'error', 'error-reason': 'Unknown call-id' }, TAGS)).toBeNull();
  });
});
