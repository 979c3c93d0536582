import { formatYen } from './yen';

describe('an amount of yen', () => {
  it('has separators and its unit in running text', () => {
    expect(formatYen(130_700, 'text', 'ja')).toBe('130,700円');
    expect(formatYen(130_700, 'text', 'en')).toBe('¥130,700');
    expect(formatYen(0, 'text', 'ja')).toBe('0円');
  });

  it('is bare in a table', () => expect(formatYen(130_700, 'table', 'ja')).toBe('130,700'));

  it('carries the minus sign U+2212, never a hyphen', () => {
    expect(formatYen(-5_000, 'text', 'ja')).toBe('\u22125,000円');
    expect(formatYen(-5_000, 'text', 'en')).toBe('\u2212¥5,000');
  });
});
