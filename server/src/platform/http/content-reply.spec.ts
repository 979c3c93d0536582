import { parseRange } from './content-reply.ts';

describe('a Range header', () => {
  it('names octets from, up to, and at the end', () => {
    expect(parseRange('bytes=2-5', 10)).toEqual({ start: 2, end: 6 });
    expect(parseRange('bytes=2-', 10)).toEqual({ start: 2, end: 10 });
    expect(parseRange('bytes=-3', 10)).toEqual({ start: 7, end: 10 });
    expect(parseRange('bytes=2-99', 10)).toEqual({ start: 2, end: 10 });
    expect(parseRange('bytes=-99', 10)).toEqual({ start: 0, end: 10 });
  });

  it('is ignored when there is none, or it is of another kind', () => {
    for (const header of [undefined, '', 'bytes=-', 'bytes=0-1,3-4', 'pages=1-2', 'bytes=5-2', 'bytes=a-b']) {
      expect(parseRange(header, 10)).toBe('whole');
    }
  });

  it('cannot be satisfied beyond the end', () => {
    for (const header of ['bytes=10-', 'bytes=99-100', 'bytes=-0']) expect(parseRange(header, 10)).toBe('unsatisfiable');
    expect(parseRange('bytes=0-', 0)).toBe('unsatisfiable');
  });
});
