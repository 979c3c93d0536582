import { endCauseOf } from './end-cause.model.ts';

describe('why an unanswered call ended', () => {
  const table: readonly (readonly [number, number | null, string])[] = [
    [486, null, 'busy'],
    [600, null, 'busy'],
    [480, null, 'no-answer'],
    [408, null, 'no-answer'],
    [404, null, 'unallocated'],
    [410, null, 'unallocated'],
    [604, null, 'unallocated'],
    [603, null, 'rejected'],
    [403, null, 'rejected'],
    [503, null, 'unreachable'],
    [500, null, 'unreachable'],
    [488, null, 'failed'],
    [302, null, 'failed'],
  ];
  for (const [status, q850, cause] of table) {
    it(`maps ${status} to ${cause}`, () => {
      expect(endCauseOf(status, q850)).toBe(cause);
    });
  }

  it('believes the Reason header more than the status', () => {
    expect(endCauseOf(480, 17)).toBe('busy');
    expect(endCauseOf(500, 1)).toBe('unallocated');
    expect(endCauseOf(603, 21)).toBe('rejected');
  });

  it('falls back to the status when the Q.850 cause says nothing', () => {
    expect(endCauseOf(486, 16)).toBe('busy');
    expect(endCauseOf(404, 127)).toBe('unallocated');
  });
});
