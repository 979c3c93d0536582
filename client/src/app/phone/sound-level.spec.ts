import { headsetVerdict } from './headset-trial';
import { meterValue } from './sound-level';

const tone = (amplitude: number): Float32Array => Float32Array.from({ length: 1024 }, (_, n) => amplitude * Math.sin(n / 5));

describe('meterValue', () => {
  it('is 0 for silence and near 1 for full scale', () => {
    expect(meterValue(new Float32Array(1024))).toBe(0);
    expect(meterValue(tone(1))).toBeGreaterThan(0.9);
  });

  it('grows by the same step for every halving of the amplitude', () => {
    const [loud, half, quarter] = [meterValue(tone(0.8)), meterValue(tone(0.4)), meterValue(tone(0.2))] as const;
    expect(loud - half).toBeCloseTo(half - quarter, 1);
  });
});

describe('headsetVerdict', () => {
  it('tells silence, a quiet, a good and a clipping microphone apart', () => {
    expect([0.05, 0.3, 0.7, 0.98].map(headsetVerdict)).toEqual(['silent', 'quiet', 'good', 'loud']);
  });
});
