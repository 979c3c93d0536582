import { generateKeyPairSync, randomBytes, randomInt } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statfsSync, writeFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { newKeyFile } from '#vault/key-ring';
import { StartFailure } from './failure.ts';
import type { Settings } from './settings.ts';

/** Below this a start is refused: databases and recordings would soon fail to write. */
const LEAST_FREE_BYTES = 500 * 1024 * 1024;

const Secrets = z.object({ session: z.string(), control: z.string(), demoPassword: z.string() });
export type Secrets = z.infer<typeof Secrets>;

/** Makes the data and recordings folders, readable by the owner only, and checks that the disk has room. */
export function prepareFolders(settings: Settings): void {
  for (const folder of [
    settings.dataDir,
    path.join(settings.dataDir, 'logs'),
    path.join(settings.dataDir, 'run'),
    settings.recordingsDir,
  ]) {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      // A folder that was there before may be open to others.
      chmodSync(folder, 0o700);
    } catch (error) {
      throw new StartFailure(`Cannot make the folder ${folder}: ${(error as NodeJS.ErrnoException).code ?? 'unknown error'}.`);
    }
    const disk = statfsSync(folder);
    const freeBytes = disk.bavail * disk.bsize;
    if (freeBytes < LEAST_FREE_BYTES) {
      const megabytes = Math.floor(freeBytes / 1024 / 1024);
      throw new StartFailure(
        `The disk that holds ${folder} is full (${megabytes} MB free, 500 MB needed). Make room and start again.`,
      );
    }
  }
}

/** Throws when another start runs on this data folder: neither a second start nor a reset may touch its files. */
export function requireUnclaimed(settings: Settings): void {
  const file = claimFile(settings);
  const holder = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
  if (holder > 0 && holder !== process.pid && isRunning(holder)) {
    throw new StartFailure(
      `Kakehashi already runs on ${settings.dataDir} (process ${holder}). Stop it first, or set DATA_DIR and the ports.`,
    );
  }
}

/** Takes the data folder for this process, so that two starts never share a database. Returns what releases it. */
export function claimDataFolder(settings: Settings): () => void {
  requireUnclaimed(settings);
  const file = claimFile(settings);
  writeFileSync(file, String(process.pid));
  return () => rmSync(file, { force: true });
}

const claimFile = (settings: Settings): string => path.join(settings.dataDir, 'run', 'start.pid');

function isRunning(pid: number): boolean {
  try {
    // A recycled process number is told apart by its command line.
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('scripts/start');
  } catch {
    return false;
  }
}

/** The secrets of the embedded way: made at first start, kept in the data folder, readable by the owner only. */
export function loadSecrets(settings: Settings): Secrets {
  const file = path.join(settings.dataDir, 'secrets.json');
  if (existsSync(file)) return Secrets.parse(JSON.parse(readFileSync(file, 'utf8')));
  const secrets: Secrets = {
    session: randomBytes(32).toString('base64url'),
    control: randomBytes(24).toString('base64url'),
    demoPassword: pronounceablePassword(),
  };
  writeFileSync(file, JSON.stringify(secrets, null, 2), { mode: 0o600 });
  return secrets;
}

/** The keys of recordings: made at first start in the embedded way. Those that are configured must be there. */
export function ensureRecordingKeys(settings: Settings): void {
  const { vaultKeyFile, signingKeyFile } = settings;
  if (!existsSync(vaultKeyFile)) {
    if (settings.VAULT_KEY_FILE !== undefined) throw new StartFailure('VAULT_KEY_FILE names a file that is not there.');
    writeFileSync(vaultKeyFile, JSON.stringify(newKeyFile('first'), null, 2), { mode: 0o600 });
  }
  if (!existsSync(signingKeyFile)) {
    if (settings.SIGNING_KEY_FILE !== undefined) throw new StartFailure('SIGNING_KEY_FILE names a file that is not there.');
    const { privateKey } = generateKeyPairSync('ed25519');
    writeFileSync(signingKeyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  }
}

/** Empties data and recordings, leaving the folders and recordings/README.md. */
export function emptyFolders(settings: Settings): void {
  for (const [folder, keep] of [
    [settings.dataDir, []],
    [settings.recordingsDir, ['README.md']],
  ] as const) {
    if (!existsSync(folder)) continue;
    for (const name of readdirSync(folder)) {
      if (!(keep as readonly string[]).includes(name)) rmSync(path.join(folder, name), { recursive: true, force: true });
    }
  }
}

/** Twelve letters in syllables and four digits, about 56 bits: easy to type from the terminal. */
function pronounceablePassword(): string {
  const pick = (letters: string): string => letters.charAt(randomInt(letters.length));
  const syllables = Array.from({ length: 6 }, () => pick('bdfghkmnprstvz') + pick('aeiou'));
  const digits = String(randomInt(10_000)).padStart(4, '0');
  return `${syllables.slice(0, 3).join('')}-${syllables.slice(3).join('')}-${digits}`;
}
