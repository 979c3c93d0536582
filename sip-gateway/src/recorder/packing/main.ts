import { access } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { PackedRecording } from '#contracts/recordings.contract';
import { HashChain, readChain } from '#vault/hash-chain';
import { KeyRing } from '#vault/key-ring';
import { sendToParent, serveRequests } from '../../mixer/ipc/serve-requests.ts';
import { CHAIN_FILE, findSegments, recordingIdOf } from '../recording-names.ts';
import { measureSegments, packRecording, removeSegments } from './pack-recording.ts';
import type { EnginePackets } from './pack-recording.ts';
import { PackerConfig, packerRequests } from './packer-protocol.ts';

/** The lowest priority there is; ffmpeg inherits it. */
const PRIORITY = 19;

const config = PackerConfig.parse(JSON.parse(process.argv[2] ?? 'null'));
os.setPriority(PRIORITY);
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
// What is half packed is packed anew by the next one: its segments are still there.
process.once('disconnect', () => process.exit(0));
if (!process.connected) process.exit(0);

const chainPath = path.join(config.recordingsDir, CHAIN_FILE);
const ring = await KeyRing.load(config.keyFile);
const chain = await HashChain.open(chainPath);

serveRequests(packerRequests, {
  pack: ({ file, enginePackets }) => pack(file, enginePackets),
  measure: async ({ file }) => {
    const segments = (await findSegments(config.recordingsDir)).get(file) ?? [];
    return await measureSegments({ ...config, file, segments, ring, enginePackets: {} });
  },
  find: ({ file }) => findSealed(file),
});
sendToParent({ event: 'ready' });

async function pack(file: string, enginePackets: EnginePackets): Promise<PackedRecording | null> {
  const segments = (await findSegments(config.recordingsDir)).get(file) ?? [];
  const packed = (await findSealed(file)) ?? (await sealAndChain(file, segments, enginePackets));
  await removeSegments(config.recordingsDir, segments);
  return packed;
}

async function sealAndChain(
  file: string,
  segments: readonly string[],
  enginePackets: EnginePackets,
): Promise<PackedRecording | null> {
  if (segments.length === 0) return null;
  const sealed = await packRecording({ ...config, file, segments, ring, enginePackets });
  if (sealed === null) return null;
  const position = await chain.append({ recording: recordingIdOf(file), ...sealed }, new Date());
  return { ...sealed, chain: { number: position.number, link: position.link } };
}

/** A sealed recording without its entry was cut off by a crash; it is sealed anew. */
async function findSealed(file: string): Promise<PackedRecording | null> {
  const isThere = await access(path.join(config.recordingsDir, file)).then(
    () => true,
    () => false,
  );
  if (!isThere) return null;
  let found: PackedRecording | null = null;
  for await (const { entry, number, link } of readChain(chainPath)) {
    const sealed = PackedRecording.omit({ chain: true }).safeParse(entry);
    if (sealed.success && sealed.data.file === file) found = { ...sealed.data, chain: { number, link } };
  }
  return found;
}
