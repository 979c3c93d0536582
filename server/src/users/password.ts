import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const deriveKey = promisify(argon2);

/** OWASP's second recommendation for argon2id: 19 MiB, two passes. */
const COST = { memory: 19_456, passes: 2, parallelism: 1 } as const;
const TAG_BYTES = 32;
const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/** Hashes a password with argon2id (RFC 9106) into a PHC string. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const tag = await deriveKey('argon2id', { message: password, nonce: salt, tagLength: TAG_BYTES, ...COST });
  return `$argon2id$v=19$m=${COST.memory},t=${COST.passes},p=${COST.parallelism}$${unpadded(salt)}$${unpadded(tag)}`;
}

/** Compares in constant time. `stored` null (no such account) takes as long as a wrong password. */
export async function verifyPassword(password: string, stored: string | null): Promise<boolean> {
  const parts = PHC.exec(stored ?? '');
  const salt = parts === null ? randomBytes(16) : Buffer.from(parts[4] ?? '', 'base64');
  const expected = parts === null ? randomBytes(TAG_BYTES) : Buffer.from(parts[5] ?? '', 'base64');
  const cost = parts === null ? COST : { memory: Number(parts[1]), passes: Number(parts[2]), parallelism: Number(parts[3]) };
  const tag = await deriveKey('argon2id', { message: password, nonce: salt, tagLength: expected.length, ...cost });
  return timingSafeEqual(tag, expected) && parts !== null;
}

const unpadded = (bytes: Buffer): string => bytes.toString('base64').replaceAll('=', '');
