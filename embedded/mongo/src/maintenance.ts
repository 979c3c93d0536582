import { existsSync } from 'node:fs';
import { StartError } from './document-server.ts';
import { copyDataFile } from './storage/backup.ts';
import { checkDataFile } from './storage/check-data-file.ts';
import { FileLock } from './storage/file-lock.ts';

/** Copies the data file, also while a server uses it, into one new file; returns a sentence for the user. */
export async function backUp(file: string, target: string): Promise<string> {
  await guarded(`The backup of ${file} failed`, () => copyDataFile(file, target));
  return `${file} was copied to ${target}.`;
}

/** Makes a data file from a backup that passes the check. Never replaces a data file. */
export async function restore(file: string, source: string): Promise<string> {
  const what = `${source} was not restored`;
  await guarded(what, async () => {
    if (existsSync(file)) throw new Error(`${file} exists; move it away first`);
    const { problems } = checkDataFile(source);
    if (problems.length > 0) throw new Error(`it is damaged: ${problems.join('; ')}`);
    const lock = new FileLock(file);
    try {
      await copyDataFile(source, file);
    } finally {
      lock.release();
    }
  });
  return `${source} was restored to ${file}.`;
}

/** Verifies a data file; throws StartError with what is wrong. */
export function check(file: string): string {
  const { collections, documents, indexEntries, problems } = readReport(file);
  if (problems.length > 0) throw new StartError(`${file} is damaged:\n${problems.map((problem) => `- ${problem}`).join('\n')}`);
  return `${file} is sound: ${collections} collections, ${documents} documents, ${indexEntries} index entries.`;
}

function readReport(file: string): ReturnType<typeof checkDataFile> {
  try {
    return checkDataFile(file);
  } catch (error) {
    throw new StartError(`${file} cannot be checked: ${reasonOf(error)}.`, { cause: error });
  }
}

async function guarded(what: string, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    throw new StartError(`${what}: ${reasonOf(error)}.`, { cause: error });
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
