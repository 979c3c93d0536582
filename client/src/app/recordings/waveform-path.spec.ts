import { LANE_HEIGHT, resample, waveformPath } from './waveform-path';

describe('a waveform', () => {
  it('keeps the loudest peak of each part', () => {
    expect(resample([0.1, 0.9, 0.2, 0.3, 0.5, 0.4], 3)).toEqual([0.9, 0.3, 0.5]);
  });

  it('is not stretched when it is short', () => expect(resample([0.1, 0.2], 320)).toEqual([0.1, 0.2]));

  it('draws a bar for each peak around the middle', () => {
    expect(waveformPath([1])).toBe(`M0.15 0h.7v${LANE_HEIGHT}h-.7z`);
    expect(waveformPath([0.5, 0]).match(/M/g)?.length).toBe(2);
  });

  it('leaves a hairline where there is silence', () => expect(waveformPath([0])).toContain('v2h'));
});
