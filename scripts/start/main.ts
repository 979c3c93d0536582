// `npm start` after the bootstrap: starts every part, prints one table, and stops them all on Ctrl-C.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { announcementSounds, makeAnnouncementSounds } from '../announcements/announcement-sounds.ts';
import { ensureClientBuild } from './client-build.ts';
import { emptyFolders, requireUnclaimed } from './data-folder.ts';
import { StartFailure } from './failure.ts';
import { findLanAddress } from './lan-certificates.ts';
import { readSettings, type Settings } from './settings.ts';
import { startStack, type RunningStack } from './stack.ts';
import { layOut } from './table.ts';
import { DEMO_STAFF } from '../../server/src/demo/staff.ts';

const root = path.resolve(import.meta.dirname, '../..');
/** Where `npm run ring` looks when nobody tells it. */
const DEFAULT_CARRIER_CONTROL_PORT = 18_007;

async function main(): Promise<void> {
  const { lan, reset } = readArguments(process.argv.slice(2));
  const operatorFile = path.join(root, 'config', '.env');
  if (existsSync(operatorFile)) process.loadEnvFile(operatorFile);
  const settings = readSettings(root, process.env, lan === undefined ? undefined : findLanAddress(lan));
  if (reset && !(await resetAfterAsking(settings))) return;

  const startedAt = Date.now();
  const [notes] = await Promise.all([makeAnnouncementSounds(announcementSounds(root)), ensureClientBuild(root)]);
  for (const note of notes) console.log(note);
  const stopping = Promise.withResolvers<string>();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopping.resolve(signal));

  const starting = startStack(settings, {
    onReady: (component) => console.log(`  ${component.name} is ready`),
    onRestart: (name, why) => console.log(`The ${name} ended (${why}); started again.`),
    onGivenUp: (name, why) => stopping.resolve(`the ${name} keeps ending (${why}); see ${path.join(settings.dataDir, 'logs')}`),
  });
  console.log('Starting …');
  const stack = await starting;
  printWelcome(stack, settings, Date.now() - startedAt);

  const why = await stopping.promise;
  const isAsked = /^SIG/.test(why);
  console.log(isAsked ? '\nStopping …' : `\nStopping: ${why}`);
  await stack.stop();
  console.log('Everything is stopped.');
  process.exit(isAsked ? 0 : 1);
}

/** `--lan` and `--lan=192.168.1.5`; an option nobody knows is refused, not ignored. */
function readArguments(args: readonly string[]): { lan: string | undefined; reset: boolean } {
  const spelledOut = args.map((arg) => (arg === '--lan' ? '--lan=' : arg));
  try {
    const { values } = parseArgs({
      args: spelledOut,
      options: { lan: { type: 'string' }, reset: { type: 'boolean', default: false } },
    });
    return { lan: values.lan, reset: values.reset };
  } catch (error) {
    throw new StartFailure(`${(error as Error).message.replace(/\.?$/, '.')} Known options: --lan, --lan=ADDRESS, --reset.`);
  }
}

async function resetAfterAsking(settings: Settings): Promise<boolean> {
  requireUnclaimed(settings);
  if (!process.stdin.isTTY) throw new StartFailure('--reset asks before it deletes: run it in a terminal.');
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(
    `Delete every database, secret and recording in ${settings.dataDir} and ${settings.recordingsDir}? Type "delete": `,
  );
  terminal.close();
  if (answer.trim() !== 'delete') {
    console.log('Nothing was deleted.');
    return false;
  }
  emptyFolders(settings);
  console.log('Emptied.');
  return true;
}

function printWelcome(stack: RunningStack, settings: Settings, tookMs: number): void {
  const rows = stack.components.map((component) => [component.name, component.implementation, component.address, 'ready']);
  console.log(`\n${layOut([['component', 'implementation', 'address', 'state'], ...rows])}`);
  console.log(`\nOpen ${stack.origin} (started in ${(tookMs / 1_000).toFixed(1)} s)\n`);
  const accounts = DEMO_STAFF.map(({ role, number, name }) => [role, number, stack.secrets.demoPassword, name]);
  console.log(layOut([['role', 'user', 'password', 'name'], ...accounts]));
  if (stack.certificates) {
    console.log(
      `\nSeats trust this machine by importing ${stack.certificates.authorityFile} as a trusted root authority (on Windows: double-click, Install, "Trusted Root Certification Authorities"); ` +
        `its SHA-256 fingerprint is ${stack.certificates.authorityFingerprint}.`,
    );
  }
  if (!settings.SIP_TRUNK && !settings.SIP_TRUNKS_FILE) {
    const control = settings.ports.carrierControl;
    const elsewhere = control === DEFAULT_CARRIER_CONTROL_PORT ? '' : `CARRIER_CONTROL=127.0.0.1:${control} `;
    console.log(`\nA resident rings in with \`${elsewhere}npm run ring\`.`);
  }
  console.log('Ctrl-C stops everything.');
}

await main().catch((error: unknown) => {
  console.error(error instanceof StartFailure ? error.message : error);
  process.exit(1);
});
