import { formatDuration } from './duration';

describe('a duration', () => {
  it('is mm:ss below an hour and h:mm:ss above', () => {
    expect(formatDuration(0)).toBe('00:00');
    expect(formatDuration(222)).toBe('03:42');
    expect(formatDuration(3599.99)).toBe('59:59');
    expect(formatDuration(3600)).toBe('1:00:00');
  });

  it('never runs below zero when clocks disagree', () => expect(formatDuration(-3)).toBe('00:00'));
});
