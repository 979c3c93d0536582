import { createCipheriv, createDecipheriv } from 'node:crypto';
import { NONCE_BYTES, TAG_BYTES } from './key-ring.ts';
import { VaultError } from './vault-error.ts';

const ALGORITHM = 'aes-256-gcm';
export const NONCE_PREFIX_BYTES = 7;
/** The chunk number has 32 bits of the nonce. */
export const MAX_CHUNKS = 2 ** 32;

/**
 * Encrypts the chunks of one thing under its own key. The nonce is prefix (7 octets), number of the chunk (4), and 1 for the last chunk, else 0
 * (1): no nonce comes twice under a key, a chunk opens only in its place, and what was cut short has no last chunk. (The STREAM construction of
 * Hoang, Reyhanitabar, Rogaway and Vizár, CRYPTO 2015.)
 */
export class ChunkCipher {
  readonly #key: Buffer;
  readonly #prefix: Buffer;
  readonly #context: Buffer;

  /** `context` is authenticated with every chunk. */
  constructor(key: Buffer, prefix: Buffer, context: Buffer) {
    this.#key = key;
    this.#prefix = prefix;
    this.#context = context;
  }

  /** The encrypted chunk and its tag. Must be called once at most for each number. */
  seal(number: number, isLast: boolean, plain: Buffer): Buffer {
    const cipher = createCipheriv(ALGORITHM, this.#key, this.#nonce(number, isLast), { authTagLength: TAG_BYTES });
    cipher.setAAD(this.#context);
    return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  }

  /** @throws VaultError `tampered` */
  open(number: number, isLast: boolean, sealed: Buffer): Buffer {
    if (sealed.length < TAG_BYTES) throw new VaultError('tampered', 'A chunk is cut short');
    const decipher = createDecipheriv(ALGORITHM, this.#key, this.#nonce(number, isLast), { authTagLength: TAG_BYTES });
    decipher.setAAD(this.#context);
    decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
    try {
      return Buffer.concat([decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES)), decipher.final()]);
    } catch (error) {
      throw new VaultError('tampered', 'A chunk was changed or is not in its place', { cause: error });
    }
  }

  #nonce(number: number, isLast: boolean): Buffer {
    if (number >= MAX_CHUNKS) throw new RangeError('Too many chunks under one key');
    const nonce = Buffer.alloc(NONCE_BYTES);
    this.#prefix.copy(nonce);
    nonce.writeUInt32BE(number, NONCE_PREFIX_BYTES);
    nonce.writeUInt8(isLast ? 1 : 0, NONCE_BYTES - 1);
    return nonce;
  }
}
