import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';

/** All pages in one step: a step reads one consistent state, and writers go on meanwhile. */
const WHOLE_FILE = 2 ** 31 - 1;

/**
 * Copies a data file, also one a server is writing, into one new file: the state of one moment, on disk when this resolves. Throws
 * when the target exists or cannot be written; then nothing is left of it.
 */
export async function copyDataFile(source: string, target: string): Promise<void> {
  if (!existsSync(source)) throw new Error(`${source} does not exist`);
  if (existsSync(target)) throw new Error(`${target} exists already; nothing was written`);
  const partial = `${target}.partial`;
  rmSync(partial, { force: true });
  const database = new DatabaseSync(source, { readOnly: true });
  try {
    await backup(database, partial, { rate: WHOLE_FILE });
    flush(partial);
    renameSync(partial, target);
    flush(dirname(target));
  } finally {
    database.close();
    rmSync(partial, { force: true });
  }
}

/** Puts a file's content, or a folder's list of names, on the disk. */
function flush(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
