import { layOut } from './table.ts';

describe('the start table', () => {
  it('lines columns up, counting a Japanese character as two', () => {
    expect(
      layOut([
        ['a', 'x'],
        ['佐藤', 'y'],
      ]),
    ).toBe('a     x\n佐藤  y');
  });
});
