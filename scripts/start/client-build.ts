import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { runQuietly } from '../bootstrap/run-command.mjs';
import { StartFailure } from './failure.ts';

const SOURCES = ['client', 'contracts', 'angular.json', 'tsconfig.json', 'package-lock.json'];

/** Builds the client unless dist/client was built from exactly these sources. */
export async function ensureClientBuild(root: string): Promise<void> {
  const stamp = path.join(root, 'dist', 'client', '.built-from');
  const fingerprint = await fingerprintOf(root);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint) return;
  const ng = path.join(root, 'node_modules', '@angular', 'cli', 'bin', 'ng.js');
  const { code, output } = await runQuietly('Building the client (about 30 s)', process.execPath, [ng, 'build'], {
    cwd: root,
    env: process.env,
  });
  if (code !== 0) {
    throw new StartFailure(
      output.includes('ENOSPC')
        ? 'The client could not be built: the disk is full.'
        : `The client could not be built:\n${output.trim()}`,
    );
  }
  writeFileSync(stamp, fingerprint);
}

async function fingerprintOf(root: string): Promise<string> {
  const hash = createHash('sha256');
  for (const source of SOURCES) {
    for (const file of await filesUnder(path.join(root, source))) {
      hash.update(path.relative(root, file)).update(readFileSync(file));
    }
  }
  return hash.digest('hex');
}

async function filesUnder(place: string): Promise<string[]> {
  const entries = await readdir(place, { recursive: true, withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOTDIR') return undefined;
    throw error;
  });
  if (!entries) return [place];
  const files = entries.filter((entry) => entry.isFile() && !entry.name.endsWith('.spec.ts'));
  return files.map((entry) => path.join(entry.parentPath, entry.name)).sort();
}
