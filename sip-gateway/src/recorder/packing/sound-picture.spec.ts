import { FRAME_SAMPLES } from '../../mixer/frame.ts';
import type { ChannelFrame } from '../frame-stream.ts';
import { PEAKS_PER_CHANNEL, SoundPicture } from './sound-picture.ts';

const loud = (value: number): ChannelFrame => ({ state: 'played', samples: new Int16Array(FRAME_SAMPLES).fill(value) });
const absent: ChannelFrame = { state: 'absent', samples: new Int16Array(FRAME_SAMPLES).fill(30_000) };

describe('the picture of a recording', () => {
  it('has the loudest sample of each slice, channel by channel, and nothing of who is absent', () => {
    const picture = new SoundPicture(2, PEAKS_PER_CHANNEL * 2);
    for (let tick = 0; tick < PEAKS_PER_CHANNEL * 2; tick += 1)
      picture.frame([loud(tick < 800 ? -16_384 : 0), tick === 801 ? loud(32_767) : absent]);
    picture.finish();
    const [first = [], second = []] = picture.scaledPeaks;
    expect([first[0], first[399], first[400], first.length]).toEqual([0.5, 0.5, 0, PEAKS_PER_CHANNEL]);
    expect(second.filter((peak) => peak > 0)).toEqual([1]);
  });

  it('fills every slice of a recording shorter than its slices', () => {
    const picture = new SoundPicture(1, 10);
    for (let tick = 0; tick < 10; tick += 1) picture.frame([loud(16_384)]);
    picture.finish();
    expect(picture.scaledPeaks[0]?.every((peak) => peak === 0.5)).toBeTrue();
  });

  it('knows where nobody speaks for two seconds or more, gaps and pauses included', () => {
    const picture = new SoundPicture(2, 400);
    for (let tick = 0; tick < 50; tick += 1) picture.frame([loud(1000), loud(0)]);
    for (let tick = 0; tick < 60; tick += 1) picture.frame([loud(100), loud(-20)]);
    picture.silence(60);
    for (let tick = 0; tick < 30; tick += 1) picture.frame([loud(0), loud(-1000)]);
    picture.silence(99);
    picture.frame([loud(1000), absent]);
    picture.finish();
    expect(picture.silences).toEqual([{ tick: 50, ticks: 120 }]);
  });
});
