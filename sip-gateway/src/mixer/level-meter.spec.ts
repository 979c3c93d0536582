import { FRAME_SAMPLES, SAMPLE_RATE } from './frame.ts';
import { LevelMeter } from './level-meter.ts';

function tone(amplitude: number): Int16Array {
  return Int16Array.from({ length: FRAME_SAMPLES }, (_, i) => amplitude * Math.sin((2 * Math.PI * 500 * i) / SAMPLE_RATE));
}

function levelOf(...frames: Int16Array[]): number {
  const meter = new LevelMeter();
  for (const frame of frames) meter.add(frame);
  return meter.takeLevelDbov();
}

describe('the level meter', () => {
  it('shows the loudest sine at -3 dBov and a tenth of it at -23', () => {
    expect(levelOf(tone(32_767))).toBe(-3);
    expect(levelOf(tone(3277))).toBe(-23);
  });

  it('shows silence, and nothing at all, at its floor', () => {
    expect(levelOf(new Int16Array(FRAME_SAMPLES))).toBe(-90);
    expect(levelOf()).toBe(-90);
  });

  it('averages the power since it was asked last', () => {
    const meter = new LevelMeter();
    meter.add(tone(32_767));
    meter.takeLevelDbov();
    meter.add(tone(32_767));
    meter.add(new Int16Array(FRAME_SAMPLES));
    expect(meter.takeLevelDbov()).toBe(-6);
  });

  it('takes the noise of the line for silence, and speech never', () => {
    const meter = new LevelMeter();
    for (let n = 0; n < 500; n += 1) meter.add(tone(100));
    expect(meter.quietPower).toBeGreaterThan(100 ** 2 / 2);
    for (let n = 0; n < 5000; n += 1) meter.add(tone(3000));
    expect(meter.quietPower).toBeLessThan(3000 ** 2 / 2);
  });
});
