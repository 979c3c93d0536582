import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { ensureDebianPackages } from './debian-packages.mjs';
import { ensureNodePackages, nodeProgram } from './node-packages.mjs';
import { handOver } from './run-command.mjs';
import { PlainFailure } from './say.mjs';

const OLDEST_NODE = 18;

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/**
 * Brings a bare machine to where TypeScript runs: Debian packages, npm packages, Node 24; then hands over to `script`.
 * Plain JavaScript without a dependency, because it runs before anything is installed.
 */
export async function bootstrap(needs, script, args) {
  const version = Number(process.versions.node.split('.')[0]);
  if (version < OLDEST_NODE) throw new PlainFailure(`Node ${OLDEST_NODE} or later is needed; this is ${process.versions.node}.`);
  await ensureDebianPackages(needs, root);
  await ensureNodePackages(root);
  const env = { ...process.env, PATH: `${path.join(root, 'node_modules', '.bin')}${path.delimiter}${process.env.PATH}` };
  process.exitCode = await handOver(nodeProgram(root), [path.join(root, script), ...args], { cwd: root, env });
}
