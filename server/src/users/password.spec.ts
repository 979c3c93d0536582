import { hashPassword, verifyPassword } from './password.ts';

describe('a stored password', () => {
  it('accepts the password it was made of and no other', async () => {
    const stored = await hashPassword('架け橋 bridge');
    expect(await verifyPassword('架け橋 bridge', stored)).toBeTrue();
    expect(await verifyPassword('架け橋 bridgE', stored)).toBeFalse();
  });

  it('differs each time, because the salt does', async () => {
    expect(await hashPassword('same')).not.toBe(await hashPassword('same'));
  });

  it('is never accepted for an account that does not exist', async () => {
    expect(await verifyPassword('', null)).toBeFalse();
  });
});
