import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { KeyRing } from '#vault/key-ring';
import { rewrapFile } from '#vault/rewrap';
import { ConfigError, loadMaintenanceConfig } from '../config.ts';
import { connectMongo } from '../platform/database/mongo.ts';
import { SYSTEM_SCOPE } from '../platform/database/scope-guard.ts';
import { describeError } from '../platform/errors.ts';
import { createLogger } from '../platform/logging/logger.ts';
import { createStores } from '../stores.ts';
import { checkChain, hasChain } from './chain-check.ts';

const RECORDING = '.recording';
const SEGMENT = /\.\d+\.segment$/;

type MaintenanceConfig = ReturnType<typeof loadMaintenanceConfig>;

/** `node server/src/recordings/maintain.ts verify | rewrap`; `npm run recordings` gives it its environment. */
async function main(task: string | undefined): Promise<number> {
  const config = loadMaintenanceConfig(process.env);
  if (task === 'verify') return await verify(config);
  if (task === 'rewrap') return await rewrap(config);
  process.stderr.write('recordings: say verify or rewrap\n');
  return 2;
}

/** Names the first recording that is not as it was sealed. Exit code 1 when there is one. */
async function verify({ MONGODB_URI, RECORDINGS_DIR }: MaintenanceConfig): Promise<number> {
  if (!(await hasChain(RECORDINGS_DIR))) {
    process.stdout.write('recordings: nothing was recorded yet\n');
    return 0;
  }
  const connection = await connectMongo(MONGODB_URI, createLogger('warn'));
  try {
    const { recordings, recordingAlarms } = createStores(connection);
    const verdict = await checkChain(
      RECORDINGS_DIR,
      (callId) => recordings.find(SYSTEM_SCOPE, callId),
      await recordings.lastChainNumber(),
    );
    const { altered, entries } = verdict;
    if (altered === null) {
      process.stdout.write(`recordings: all ${entries} are as they were sealed\n`);
      return 0;
    }
    const { number, callId, reason } = altered;
    process.stdout.write(`recordings: number ${number} (${callId ?? 'unknown'}) was altered: ${reason}\n`);
    const at = new Date().toISOString();
    await recordingAlarms.raise({ id: `altered:${number}:${at}`, kind: 'altered', callId, at, seconds: null, freePct: null });
    return 1;
  } finally {
    await connection.close();
  }
}

/** Puts everything sealed under the active master key. Exit code 1 when something could not be. */
async function rewrap({ RECORDINGS_DIR, VAULT_KEY_FILE }: MaintenanceConfig): Promise<number> {
  const ring = await KeyRing.load(VAULT_KEY_FILE);
  const counts = { rewrapped: 0, current: 0, failed: 0 };
  for (const name of await readdir(RECORDINGS_DIR, { recursive: true })) {
    const isRecording = name.endsWith(RECORDING);
    if (!isRecording && !SEGMENT.test(name)) continue;
    const id = isRecording ? basename(name, RECORDING) : basename(name).replace(SEGMENT, '');
    const purpose = `${isRecording ? 'recording' : 'segment'}:${id}`;
    const outcome = await rewrapFile(join(RECORDINGS_DIR, name), ring, purpose, isRecording ? 'file' : 'log').then(
      (isNew) => (isNew ? 'rewrapped' : 'current') as keyof typeof counts,
      () => 'failed' as const,
    );
    counts[outcome] += 1;
    if (outcome === 'failed') process.stderr.write(`recordings: ${name} could not be opened\n`);
  }
  process.stdout.write(`recordings: ${counts.rewrapped} put under key ${ring.activeId}, ${counts.current} were, ${counts.failed} failed\n`);
  return counts.failed === 0 ? 0 : 1;
}

main(process.argv[2]).then(
  (code) => process.exit(code),
  (error: unknown) => {
    const reason = error instanceof ConfigError ? error.message : JSON.stringify(describeError(error));
    process.stderr.write(`recordings: ${reason}\n`);
    process.exit(1);
  },
);
