import { open } from 'node:fs/promises';
import { readFully, writeFully } from './durable-file.ts';
import type { KeyRing } from './key-ring.ts';
import { clearSlot, fixedPart, HEADER_BYTES, openHeader, readSlot, SLOTS, wrapContext, writeSlot } from './sealed-header.ts';
import type { SealedKind } from './sealed-header.ts';

/**
 * Puts a sealed file under the active master key. Only its key is encrypted anew; content and hash stay what they are. A crash in between
 * leaves the file open to both keys. False when it is under the active key already. @throws VaultError
 */
export async function rewrapFile(path: string, ring: KeyRing, purpose: string, kind: SealedKind = 'file'): Promise<boolean> {
  const handle = await open(path, 'r+');
  try {
    const header = await readFully(handle, 0, HEADER_BYTES);
    const { dataKey, keyId } = openHeader(header, ring, kind, purpose);
    const inUse = SLOTS.filter((at) => readSlot(header, at) !== null);
    if (keyId === ring.activeId && inUse.length === 1) return false;
    const from = SLOTS.find((at) => readSlot(header, at)?.keyId === keyId) ?? SLOTS[0];
    const to = from === SLOTS[0] ? SLOTS[1] : SLOTS[0];
    writeSlot(header, to, ring.wrap(dataKey, wrapContext(fixedPart(header), purpose)));
    await writeFully(handle, header, 0);
    await handle.sync();
    clearSlot(header, from);
    await writeFully(handle, header, 0);
    await handle.sync();
    return true;
  } finally {
    await handle.close();
  }
}
