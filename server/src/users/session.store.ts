import { createHmac, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { UserId } from '#contracts/ids.contract';
import type { Clock } from '../platform/clock.ts';
import type { Redis } from '../platform/database/redis.ts';
import { DomainError } from '../platform/errors.ts';

export const SESSION_LIFE_MS = 12 * 3_600_000;
export const SESSION_IDLE_MS = 30 * 60_000;
/** A session that was used this recently need not be written again. */
const TOUCH_EVERY_MS = 30_000;

const StoredSession = z.object({
  userId: UserId,
  address: z.string(),
  startedAtMs: z.number(),
  usedAtMs: z.number(),
  /** The SIP credential this browser holds. */
  phoneUsername: z.string().nullable(),
});
type StoredSession = z.infer<typeof StoredSession>;

export interface Session extends StoredSession {
  /** HMAC of the token: names the session, cannot be used as one. */
  key: string;
}

const MAX_ATTEMPTS = 50;
/** Writes only when the session is still as it was read. */
const REPLACE = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1`;

const redisKey = (key: string): string => `kk:session:${key}`;

/** Log-in sessions in Redis under a keyed hash of their token, so that reading Redis gives nobody a session. */
export class SessionStore {
  readonly #redis: Redis;
  readonly #secret: string;
  readonly #clock: Clock;

  constructor(redis: Redis, secret: string, clock: Clock) {
    this.#redis = redis;
    this.#secret = secret;
    this.#clock = clock;
  }

  /** Starts a session and answers its token: 256 random bits, given out once. */
  async start(userId: UserId, address: string): Promise<string> {
    const token = randomBytes(32).toString('base64url');
    const now = this.#clock.now().getTime();
    await this.#write(this.#keyOf(token), { userId, address, startedAtMs: now, usedAtMs: now, phoneUsername: null });
    return token;
  }

  /** The session of a token while it lives: 12 h from log-in, 30 min from its last use. Finding it counts as use. */
  async use(token: string): Promise<Session | null> {
    const session = await this.peek(token);
    if (session === null) return null;
    const now = this.#clock.now().getTime();
    if (now - session.usedAtMs > TOUCH_EVERY_MS) await this.touch(session);
    return session;
  }

  /** The same without counting as use. */
  async peek(token: string): Promise<Session | null> {
    const key = this.#keyOf(token);
    const text = await this.#redis.get(redisKey(key));
    if (text === null) return null;
    const session = StoredSession.parse(JSON.parse(text));
    const now = this.#clock.now().getTime();
    if (now - session.startedAtMs >= SESSION_LIFE_MS || now - session.usedAtMs >= SESSION_IDLE_MS) return null;
    return { key, ...session };
  }

  /** Counts as use: a request, or a call that goes on. */
  async touch(session: Session): Promise<void> {
    await this.#change(session.key, (stored) => ({ ...stored, usedAtMs: this.#clock.now().getTime() }));
  }

  /** Remembers the SIP credential of the session and answers the one before it. Throws session.required when it is over. */
  async replacePhone(key: string, username: string): Promise<string | null> {
    const before = await this.#change(key, (stored) => ({ ...stored, phoneUsername: username }));
    if (before === null) throw new DomainError('session.required');
    return before.phoneUsername;
  }

  /** Ends the session and answers what it was. */
  async end(key: string): Promise<StoredSession | null> {
    const text = await this.#redis.getDel(redisKey(key));
    return text === null ? null : StoredSession.parse(JSON.parse(text));
  }

  async #write(key: string, session: StoredSession): Promise<void> {
    const expiration = { type: 'PX', value: this.#expiryMs(session) } as const;
    await this.#redis.set(redisKey(key), JSON.stringify(session), { expiration });
  }

  /** Changes a session that lives and answers it as it was before; null when it is over: it must not come back. */
  async #change(key: string, change: (session: StoredSession) => StoredSession): Promise<StoredSession | null> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      const text = await this.#redis.get(redisKey(key));
      if (text === null) return null;
      const before = StoredSession.parse(JSON.parse(text));
      const after = change(before);
      const values = [text, JSON.stringify(after), String(this.#expiryMs(after))];
      if ((await this.#redis.eval(REPLACE, { keys: [redisKey(key)], arguments: values })) === 1) return before;
    }
    throw new Error('A session changed faster than it could be written.');
  }

  #expiryMs(session: StoredSession): number {
    const lifeLeftMs = session.startedAtMs + SESSION_LIFE_MS - this.#clock.now().getTime();
    return Math.max(1, Math.min(SESSION_IDLE_MS, lifeLeftMs));
  }

  #keyOf(token: string): string {
    return createHmac('sha256', this.#secret).update(token).digest('base64url');
  }
}
