import { StoredCredential, phoneCredential } from '#contracts/gateway.contract';
import type { CredentialStore } from '../ports/credential.port.ts';
import type { Redis } from './redis-link.ts';

/** The credentials the server keeps in Redis. */
export class RedisCredentials implements CredentialStore {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  async find(username: string): Promise<StoredCredential | null> {
    // The name comes from the network and becomes part of a key.
    if (!/^[A-Za-z0-9_-]{1,64}$/.test(username)) return null;
    const text = await this.#redis.get(phoneCredential(username));
    return text === null ? null : StoredCredential.parse(JSON.parse(text));
  }
}
