import { createHmac, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { UserId } from '#contracts/ids.contract';
import type { Clock } from '../platform/clock.ts';
import type { Redis } from '../platform/database/redis.ts';

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
    const { key, ...stored } = session;
    await this.#write(key, { ...stored, usedAtMs: this.#clock.now().getTime() }, true);
  }

  /** Remembers the SIP credential of the session and answers the one before it. */
  async replacePhone(key: string, username: string): Promise<string | null> {
    const text = await this.#redis.get(redisKey(key));
    if (text === null) return null;
    const stored = StoredSession.parse(JSON.parse(text));
    await this.#write(key, { ...stored, phoneUsername: username }, true);
    return stored.phoneUsername;
  }

  /** Ends the session and answers what it was. */
  async end(key: string): Promise<StoredSession | null> {
    const text = await this.#redis.getDel(redisKey(key));
    return text === null ? null : StoredSession.parse(JSON.parse(text));
  }

  async #write(key: string, session: StoredSession, mustExist = false): Promise<void> {
    const lifeLeftMs = session.startedAtMs + SESSION_LIFE_MS - this.#clock.now().getTime();
    const expiryMs = Math.max(1, Math.min(SESSION_IDLE_MS, lifeLeftMs));
    const expiration = { type: 'PX', value: expiryMs } as const;
    // XX: a session ended meanwhile must not come back.
    await this.#redis.set(redisKey(key), JSON.stringify(session), mustExist ? { expiration, condition: 'XX' } : { expiration });
  }

  #keyOf(token: string): string {
    return createHmac('sha256', this.#secret).update(token).digest('base64url');
  }
}
