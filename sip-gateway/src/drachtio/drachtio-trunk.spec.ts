import { q850Of } from './drachtio-trunk.ts';

describe('the Reason header', () => {
  it('gives the Q.850 cause wherever it stands', () => {
    expect(q850Of('Q.850;cause=17;text="User busy"')).toBe(17);
    expect(q850Of('SIP;cause=486;text="Busy", Q.850 ;cause=17')).toBe(17);
    expect(q850Of('Q.850;text="No answer";cause=19')).toBe(19);
  });

  it('gives nothing when there is no Q.850 cause', () => {
    expect(q850Of(undefined)).toBeNull();
    expect(q850Of('SIP;cause=486')).toBeNull();
    expect(q850Of('Q.850')).toBeNull();
  });
});
