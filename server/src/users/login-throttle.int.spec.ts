import { RedisProcess } from '../fakes/redis-process.ts';
import { createRedis, type Redis } from '../platform/database/redis.ts';
import { createLogger } from '../platform/logging/logger.ts';
import { LoginThrottle } from './login-throttle.ts';

describe('the limit on log-in attempts', () => {
  const server = new RedisProcess();
  let redis: Redis;
  let throttle: LoginThrottle;
  const right = (): Promise<string> => Promise.resolve('in');
  const wrong = (): Promise<null> => Promise.resolve(null);
  const tooMany = jasmine.objectContaining({ code: 'session.too-many-attempts' });

  beforeAll(async () => {
    await server.start();
    redis = createRedis(server.url, createLogger('fatal', { write: () => undefined }));
    await redis.connect();
  });
  afterAll(async () => {
    redis.destroy();
    await server.stop();
  });
  beforeEach(async () => {
    await redis.flushAll();
    throttle = new LoginThrottle(redis);
  });

  it('lets a whole floor in through one address at the same moment', async () => {
    const floor = Array.from({ length: 60 }, (_, seat) => throttle.attempt(`k${seat}`, '192.0.2.1', right));
    expect(await Promise.all(floor)).toEqual(Array.from({ length: 60 }, () => 'in'));
    expect(await redis.keys('*')).toEqual([]);
  });

  it('ends guessing at one account, and counts a refused attempt for nothing', async () => {
    for (let guess = 0; guess < 5; guess += 1) await throttle.attempt('k1', '192.0.2.1', wrong);
    const judge = jasmine.createSpy('judge');
    for (let more = 0; more < 30; more += 1)
      await expectAsync(throttle.attempt('k1', '192.0.2.1', judge)).toBeRejectedWith(tooMany);
    expect(judge).not.toHaveBeenCalled();
    expect(await throttle.attempt('k2', '192.0.2.1', right)).toBe('in');
  });

  it('ends guessing at many accounts from one address', async () => {
    for (let guess = 0; guess < 20; guess += 1) await throttle.attempt(`k${guess}`, '192.0.2.1', wrong);
    await expectAsync(throttle.attempt('k99', '192.0.2.1', right)).toBeRejectedWith(tooMany);
    expect(await throttle.attempt('k99', '192.0.2.2', right)).toBe('in');
  });

  it('bounds how many guesses can overtake the count', async () => {
    const judged = jasmine.createSpy('judged').and.resolveTo(null);
    await Promise.allSettled(Array.from({ length: 100 }, () => throttle.attempt('k1', '192.0.2.1', judged)));
    expect(judged.calls.count()).toBeLessThanOrEqual(10);
  });
});
