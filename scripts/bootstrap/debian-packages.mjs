import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { settingsInOperatorFile } from './operator-file.mjs';
import { runQuietly } from './run-command.mjs';
import { PlainFailure } from './say.mjs';

/** What each start needs from Debian: a program (or a file) that proves a package is there. */
export const TO_START = [
  { package: 'redis-server', program: 'redis-server', unlessConfigured: 'REDIS_URL' },
  { package: 'rtpengine-daemon', program: 'rtpengine', unlessConfigured: 'RTPENGINE_HOST' },
  { package: 'espeak-ng', program: 'espeak-ng', unlessConfigured: 'SIP_TRUNK' },
  { package: 'ffmpeg', program: 'ffmpeg' },
  { package: 'openssl', program: 'openssl' },
];

/** What the tests need on top: a browser with Japanese fonts, a SIP tester, network namespaces. */
export const TO_TEST = [
  ...TO_START,
  { package: 'chromium', program: 'chromium' },
  { package: 'fonts-noto-cjk', file: '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc' },
  { package: 'sip-tester', program: 'sipp' },
  { package: 'iproute2', program: 'ip' },
  { package: 'libnss3-tools', program: 'certutil' },
];

/** Finds a program on PATH, or in the system folders that a plain user's PATH leaves out. */
export function findProgram(name) {
  const folders = [...(process.env.PATH ?? '').split(path.delimiter), '/usr/sbin', '/sbin'];
  for (const folder of folders) {
    const candidate = path.join(folder, name);
    try {
      accessSync(candidate, constants.X_OK);
      return candidate;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

const isPresent = (need) => (need.file ? existsSync(need.file) : findProgram(need.program) !== undefined);

/** Installs what is missing when it may (root or passwordless sudo); else says the one command that does. */
export async function ensureDebianPackages(needs, root) {
  const inFile = settingsInOperatorFile(root);
  const isConfigured = (setting) => setting !== undefined && (Boolean(process.env[setting]) || inFile.has(setting));
  const missing = needs.filter((need) => !isConfigured(need.unlessConfigured) && !isPresent(need));
  if (missing.length === 0) return;
  const names = missing.map((need) => need.package).join(' ');
  const install = `apt-get install -y --no-install-recommends ${names}`;
  const asRoot = rootPrefix();
  if (!findProgram('apt-get') || !asRoot) {
    throw new PlainFailure(`Missing programs. Run this once, then start again:\n  sudo apt-get update && sudo ${install}`);
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await runAsRoot('Refreshing the list of Debian packages', [...asRoot, 'apt-get', 'update', '-qq'], env);
  await runAsRoot(`Installing Debian packages: ${names}`, [...asRoot, ...install.split(' ')], env);
  const stillMissing = missing.filter((need) => !isPresent(need)).map((need) => need.package);
  if (stillMissing.length > 0) throw new PlainFailure(`After installing, these are still missing: ${stillMissing.join(' ')}.`);
}

async function runAsRoot(title, [command, ...args], env) {
  const { code, output } = await runQuietly(title, command, args, { env });
  if (code === 0) return;
  const reason = /No space left on device/.test(output) ? 'the disk is full' : 'apt-get said:\n' + output.trim();
  throw new PlainFailure(`${title} failed: ${reason}`);
}

function rootPrefix() {
  if (process.getuid?.() === 0) return [];
  if (!findProgram('sudo')) return undefined;
  return spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0 ? ['sudo', '-n', '-E'] : undefined;
}
