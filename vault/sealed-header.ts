import { randomBytes } from 'node:crypto';
import { ChunkCipher, NONCE_PREFIX_BYTES } from './chunk-cipher.ts';
import { KEY_BYTES, SEALED_KEY_BYTES } from './key-ring.ts';
import type { KeyRing, WrappedKey } from './key-ring.ts';
import { VaultError } from './vault-error.ts';

/**
 * The 256 octets before the chunks. The first 24 never change and are authenticated with the key and every chunk: magic (8), kind (1),
 * zero (3), plain octets per chunk (4), nonce prefix (7), zero (1). Two key slots follow, of which one is in use: a new master key is written
 * to the free slot before the old one is emptied, so that a crash leaves at least one.
 */
export const HEADER_BYTES = 256;
export const FIXED_BYTES = 24;
const MAGIC = Buffer.from('KKVAULT1', 'latin1');
const SLOT_BYTES = 104;
const KEY_ID_BYTES = 31;
export const SLOTS = [FIXED_BYTES, FIXED_BYTES + SLOT_BYTES] as const;

/** `file`: chunks of equal size, read anywhere. `log`: records of any size, read from the beginning. */
export type SealedKind = 'file' | 'log';
const KINDS: Readonly<Record<SealedKind, number>> = { file: 1, log: 2 };

export interface OpenedHeader {
  readonly cipher: ChunkCipher;
  readonly chunkBytes: number;
  /** The master key its key is wrapped under. */
  readonly keyId: string;
  readonly dataKey: Buffer;
}

/** A header with a fresh key. `purpose` says what is sealed; it opens only for the same purpose. */
export function createHeader(
  ring: KeyRing,
  kind: SealedKind,
  chunkBytes: number,
  purpose: string,
): { bytes: Buffer; cipher: ChunkCipher } {
  const bytes = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(bytes);
  bytes.writeUInt8(KINDS[kind], 8);
  bytes.writeUInt32BE(chunkBytes, 12);
  randomBytes(NONCE_PREFIX_BYTES).copy(bytes, 16);
  const fixed = fixedPart(bytes);
  const dataKey = randomBytes(KEY_BYTES);
  writeSlot(bytes, SLOTS[0], ring.wrap(dataKey, wrapContext(fixed, purpose)));
  return { bytes, cipher: new ChunkCipher(dataKey, fixed.subarray(16, 16 + NONCE_PREFIX_BYTES), fixed) };
}

/** @throws VaultError `not-sealed`, `unknown-key`, `tampered` */
export function openHeader(bytes: Buffer, ring: KeyRing, kind: SealedKind, purpose: string): OpenedHeader {
  if (bytes.length < HEADER_BYTES || !bytes.subarray(0, MAGIC.length).equals(MAGIC) || bytes.readUInt8(8) !== KINDS[kind]) {
    throw new VaultError('not-sealed', 'This is not a sealed file of this kind');
  }
  const fixed = fixedPart(bytes);
  const slots = SLOTS.flatMap((at) => readSlot(bytes, at) ?? []);
  let failure = new VaultError('tampered', 'The file has no key');
  for (const slot of slots) {
    try {
      const dataKey = ring.unwrap(slot, wrapContext(fixed, purpose));
      const cipher = new ChunkCipher(dataKey, fixed.subarray(16, 16 + NONCE_PREFIX_BYTES), fixed);
      return { cipher, chunkBytes: fixed.readUInt32BE(12), keyId: slot.keyId, dataKey };
    } catch (error) {
      if (!(error instanceof VaultError)) throw error;
      failure = error;
    }
  }
  throw failure;
}

/** The part that re-wrapping leaves alone; hashes of a sealed file cover it and the chunks. */
export function fixedPart(header: Buffer): Buffer {
  return Buffer.from(header.subarray(0, FIXED_BYTES));
}

export function wrapContext(fixed: Buffer, purpose: string): Buffer {
  return Buffer.concat([fixed, Buffer.from(purpose, 'utf8')]);
}

export function writeSlot(header: Buffer, at: number, { keyId, sealed }: WrappedKey): void {
  header.fill(0, at, at + SLOT_BYTES);
  header.writeUInt8(Buffer.byteLength(keyId, 'latin1'), at);
  header.write(keyId, at + 1, KEY_ID_BYTES, 'latin1');
  sealed.copy(header, at + 1 + KEY_ID_BYTES);
}

export function clearSlot(header: Buffer, at: number): void {
  header.fill(0, at, at + SLOT_BYTES);
}

/** Null when the slot is empty, or was not written by `writeSlot`. */
export function readSlot(header: Buffer, at: number): WrappedKey | null {
  const length = header.readUInt8(at);
  if (length === 0 || length > KEY_ID_BYTES) return null;
  if (header.subarray(at + 1 + length, at + 1 + KEY_ID_BYTES).some((octet) => octet !== 0)) return null;
  const start = at + 1 + KEY_ID_BYTES;
  return {
    keyId: header.toString('latin1', at + 1, at + 1 + length),
    sealed: Buffer.from(header.subarray(start, start + SEALED_KEY_BYTES)),
  };
}
