import { open, rename } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';

/** Sealed things are for the user of the process only, though nobody else could open them. */
export const FILE_MODE = 0o600;
export const FOLDER_MODE = 0o700;
/** A file that is still being written, or was left by a crash, carries this after its name. */
export const PART_SUFFIX = '.part';

/** Writes all octets at `position`. */
export async function writeFully(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

/** Reads exactly so many octets, fewer only at the end of the file. */
export async function readFully(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await handle.read(bytes, done, length - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}

/** Makes a new, renamed or removed name in this folder survive a power failure. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Gives a complete `.part` file its final name, durably. */
export async function publishFile(finalPath: string): Promise<void> {
  await rename(finalPath + PART_SUFFIX, finalPath);
  await syncFolder(path.dirname(finalPath));
}
