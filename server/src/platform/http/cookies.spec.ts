import { normaliseAddress } from './address.ts';
import { readCookie, writeCookie } from './cookies.ts';

describe('cookies', () => {
  it('are found among others and not by half their name', () => {
    expect(readCookie('a=1; kk_session=abc=; b=2', 'kk_session')).toBe('abc=');
    expect(readCookie('xkk_session=abc', 'kk_session')).toBeNull();
    expect(readCookie(undefined, 'kk_session')).toBeNull();
  });

  it('are out of reach for scripts and other sites, and for plain HTTP under TLS', () => {
    expect(writeCookie('s', 'v', { maxAgeSeconds: 60, isSecure: true })).toBe(
      's=v; Path=/; HttpOnly; SameSite=Strict; Max-Age=60; Secure',
    );
    expect(writeCookie('s', '', { maxAgeSeconds: 0, isSecure: false })).toBe('s=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0');
  });
});

describe('addresses', () => {
  it('are IPv4 where they are IPv4', () => {
    expect(normaliseAddress('::ffff:192.0.2.1')).toBe('192.0.2.1');
    expect(normaliseAddress('2001:db8::1')).toBe('2001:db8::1');
    expect(normaliseAddress(undefined)).toBe('');
  });
});
