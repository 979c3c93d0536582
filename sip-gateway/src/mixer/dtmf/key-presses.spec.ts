import { KeyPresses } from './key-presses.ts';

describe('key presses', () => {
  it('are told once when they come as an event and as tones, in either order', () => {
    const presses = new KeyPresses();
    expect([presses.isNew('5', 'event', 10), presses.isNew('5', 'tones', 13)]).toEqual([true, false]);
    expect([presses.isNew('5', 'tones', 100), presses.isNew('5', 'event', 102)]).toEqual([true, false]);
  });

  it('are two when the same key comes twice, each time in both ways', () => {
    const presses = new KeyPresses();
    const told = (['event', 'tones', 'event', 'tones'] as const).map((source, i) => presses.isNew('5', source, 10 + i * 5));
    expect(told).toEqual([true, false, true, false]);
  });

  it('are two when the same key comes twice in the same way', () => {
    const presses = new KeyPresses();
    expect([presses.isNew('5', 'tones', 10), presses.isNew('5', 'tones', 15)]).toEqual([true, true]);
  });

  it('are two when the keys differ, or more than half a second lies between', () => {
    const presses = new KeyPresses();
    expect([presses.isNew('5', 'event', 10), presses.isNew('6', 'tones', 11), presses.isNew('6', 'event', 40)]).toEqual([
      true,
      true,
      true,
    ]);
  });
});
