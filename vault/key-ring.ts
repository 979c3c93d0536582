import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { VaultError } from './vault-error.ts';

/** AES-256 everywhere (FIPS 197); GCM with 96-bit nonces and 128-bit tags (NIST SP 800-38D). */
export const KEY_BYTES = 32;
export const NONCE_BYTES = 12;
export const TAG_BYTES = 16;
const ALGORITHM = 'aes-256-gcm';

export const MasterKeyId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,30}$/);
const MasterKey = z.base64().refine((text) => Buffer.from(text, 'base64').length === KEY_BYTES, 'must be 32 octets in base64');

/** What the key file holds: every master key by its id, and which of them seals new things. */
export const KeyFile = z
  .object({ active: MasterKeyId, keys: z.record(MasterKeyId, MasterKey) })
  .refine(({ active, keys }) => active in keys, { path: ['active'], message: 'must name one of the keys' });
export type KeyFile = z.infer<typeof KeyFile>;

/** A data key, encrypted under a master key. */
export interface WrappedKey {
  readonly keyId: string;
  /** Nonce, encrypted key and tag. */
  readonly sealed: Buffer;
}

export const SEALED_KEY_BYTES = NONCE_BYTES + KEY_BYTES + TAG_BYTES;

/** The master keys. They only ever encrypt data keys; a data key encrypts one thing. */
export class KeyRing {
  readonly activeId: string;
  readonly #keys: ReadonlyMap<string, Buffer>;

  constructor({ active, keys }: KeyFile) {
    this.activeId = active;
    this.#keys = new Map(Object.entries(keys).map(([id, key]) => [id, Buffer.from(key, 'base64')]));
  }

  /** Reads the key file. @throws VaultError `bad-key-file`, without a word of its content */
  static async load(file: string): Promise<KeyRing> {
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      throw new VaultError('bad-key-file', 'The file of the master keys cannot be read', { cause: error });
    });
    return new KeyRing(parseKeyFile(text));
  }

  /**
   * Encrypts a data key under the active master key. `context` is authenticated with it and must be the same when unwrapping. The nonce is
   * random: one master key may wrap 2^32 keys (SP 800-38D section 8.3).
   */
  wrap(dataKey: Buffer, context: Buffer): WrappedKey {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.#key(this.activeId), nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(context);
    const encrypted = Buffer.concat([cipher.update(dataKey), cipher.final()]);
    return { keyId: this.activeId, sealed: Buffer.concat([nonce, encrypted, cipher.getAuthTag()]) };
  }

  /** @throws VaultError `unknown-key`, `tampered` */
  unwrap({ keyId, sealed }: WrappedKey, context: Buffer): Buffer {
    const key = this.#key(keyId);
    const nonce = sealed.subarray(0, NONCE_BYTES);
    const encrypted = sealed.subarray(NONCE_BYTES, NONCE_BYTES + KEY_BYTES);
    const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(context);
    decipher.setAuthTag(sealed.subarray(NONCE_BYTES + KEY_BYTES, SEALED_KEY_BYTES));
    try {
      return Buffer.concat([decipher.update(encrypted), decipher.final()]);
    } catch (error) {
      throw new VaultError('tampered', 'The key does not fit what it is to open', { cause: error });
    }
  }

  #key(id: string): Buffer {
    const key = this.#keys.get(id);
    if (!key) throw new VaultError('unknown-key', 'The master key is not in the key file');
    return key;
  }
}

/** A key file with one fresh key, for a first start. */
export function newKeyFile(id: string): KeyFile {
  return KeyFile.parse({ active: id, keys: { [id]: randomBytes(KEY_BYTES).toString('base64') } });
}

function parseKeyFile(text: string): KeyFile {
  try {
    return KeyFile.parse(JSON.parse(text));
  } catch {
    throw new VaultError('bad-key-file', 'The file of the master keys must be {"active": id, "keys": {id: 32 octets in base64}}');
  }
}
