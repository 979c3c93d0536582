import { RateLimiter } from './rate-limiter.ts';

describe('The rate limiter', () => {
  const limiterAt = (): { limiter: RateLimiter; wait: (ms: number) => void } => {
    let nowMs = 0;
    const limiter = new RateLimiter({ messagesPerS: 10, burst: 3 }, () => nowMs);
    return { limiter, wait: (ms) => (nowMs += ms) };
  };

  it('lets a burst through and then so many a second', () => {
    const { limiter, wait } = limiterAt();
    const heard = (tries: number): number =>
      Array.from({ length: tries }, () => limiter.takes('192.0.2.1')).filter(Boolean).length;
    expect(heard(10)).toBe(3);
    wait(200);
    expect(heard(10)).toBe(2);
    wait(60_000);
    expect(heard(10)).toBe(3);
  });

  it('counts each IPv4 address and each /64 network of IPv6 for itself', () => {
    const { limiter } = limiterAt();
    for (let count = 0; count < 3; count++) limiter.takes('2001:db8::1');
    expect(limiter.takes('2001:db8:0:0:ffff::2')).toBeFalse();
    expect(limiter.takes('2001:db8:0:1::1')).toBeTrue();
    expect(limiter.takes('192.0.2.1')).toBeTrue();
  });

  it('says how long a connection must wait until its debt is paid', () => {
    const { limiter, wait } = limiterAt();
    expect([1, 2, 3, 4, 5].map(() => limiter.takeOnCredit('192.0.2.1'))).toEqual([0, 0, 0, 100, 200]);
    wait(200);
    expect(limiter.takeOnCredit('192.0.2.1')).toBe(100);
  });

  it('forgets the longest known when very many are known', () => {
    const { limiter } = limiterAt();
    for (let count = 0; count < 3; count++) limiter.takes('192.0.2.1');
    for (let host = 0; host < 20_000; host++) limiter.takes(`10.0.${host >> 8}.${host & 255}`);
    expect(limiter.takes('192.0.2.1')).toBeTrue();
  });
});
