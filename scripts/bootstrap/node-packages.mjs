import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { runQuietly } from './run-command.mjs';
import { PlainFailure } from './say.mjs';

/** The Node 24 that comes with the packages; everything after the bootstrap runs on it. */
export const nodeProgram = (root) => path.join(root, 'node_modules', '.bin', 'node');

/** Runs `npm ci` when the lockfile is not the one that node_modules was installed from. */
export async function ensureNodePackages(root) {
  const lockfile = readFileSync(path.join(root, 'package-lock.json'));
  const fingerprint = createHash('sha256').update(lockfile).digest('hex');
  const stamp = path.join(root, 'node_modules', '.kakehashi-lockfile');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint && existsSync(nodeProgram(root))) return;

  // No package needs its install script here; without them nothing is compiled or downloaded behind our back.
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const { code, output } = await runQuietly('Installing node packages (about 90 s)', 'npm', args, {
    cwd: root,
    env: process.env,
  });
  if (code !== 0) throw new PlainFailure(`npm ci failed${/ENOSPC/.test(output) ? ': the disk is full.' : `:\n${output.trim()}`}`);
  if (!existsSync(nodeProgram(root))) {
    throw new PlainFailure(
      `npm ci brought no Node 24 for this machine (${process.platform} ${process.arch}); Linux on x64 or arm64 is needed.`,
    );
  }
  mkdirSync(path.dirname(stamp), { recursive: true });
  writeFileSync(stamp, fingerprint);
}
