import { createHash, randomBytes } from 'node:crypto';
import { phoneCredential, type StoredCredential } from '#contracts/gateway.contract';
import type { PhoneCredential } from '#contracts/users.contract';
import type { Person } from '../access/actor.ts';
import type { Clock } from '../platform/clock.ts';
import type { Redis } from '../platform/database/redis.ts';
import type { SessionStore } from './session.store.ts';

/** Long enough to register again (the browser asks for a new one before), short enough to be worthless when found. */
const LIFE_MS = 15 * 60_000;

export interface PhoneSettings {
  webSocketUri: string;
  sipDomain: string;
}

/** Issues the short-lived SIP credentials of browser phones; the gateway's registrar accepts only these. */
export class PhoneCredentials {
  readonly #redis: Redis;
  readonly #sessions: SessionStore;
  readonly #settings: PhoneSettings;
  readonly #clock: Clock;

  constructor(redis: Redis, sessions: SessionStore, settings: PhoneSettings, clock: Clock) {
    this.#redis = redis;
    this.#sessions = sessions;
    this.#settings = settings;
    this.#clock = clock;
  }

  /** A new credential for the browser this person logged in with; the session's previous one stops working. Throws session.required when the session ended meanwhile. */
  async issue(person: Person): Promise<PhoneCredential> {
    const { webSocketUri, sipDomain } = this.#settings;
    const username = randomBytes(4).toString('hex');
    const password = randomBytes(24).toString('base64url');
    const expiresAt = new Date(this.#clock.now().getTime() + LIFE_MS).toISOString();
    const stored: StoredCredential = {
      userId: person.userId,
      ha1: createHash('md5').update(`${username}:${sipDomain}:${password}`).digest('hex'),
      realm: sipDomain,
      address: person.address,
      expiresAt,
    };
    await this.#redis.set(phoneCredential(username), JSON.stringify(stored), {
      expiration: { type: 'PX', value: LIFE_MS },
      condition: 'NX',
    });
    const previous = await this.#handOver(person.sessionKey, username);
    if (previous !== null) await this.revoke(previous);
    const addressOfRecord = `sip:${username}@${sipDomain}`;
    return { webSocketUri, addressOfRecord, username, password, deskUri: `sip:desk@${sipDomain}`, expiresAt };
  }

  /** A credential that no session knows could not be revoked by a log-out. */
  async #handOver(sessionKey: string, username: string): Promise<string | null> {
    try {
      return await this.#sessions.replacePhone(sessionKey, username);
    } catch (error) {
      await this.revoke(username);
      throw error;
    }
  }

  /** The credential stops working at once. */
  async revoke(username: string): Promise<void> {
    await this.#redis.del(phoneCredential(username));
  }
}
