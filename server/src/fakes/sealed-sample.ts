import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FactOf } from '#contracts/gateway.contract';
import type { CallId } from '#contracts/ids.contract';
import type { RecordingDescription } from '#contracts/recordings.contract';
import { writeDescription } from '#vault/described-file';
import { publishFile } from '#vault/durable-file';
import { KeyRing } from '#vault/key-ring';
import { SealedFileWriter } from '#vault/sealed-file';

/** What a test's recording holds instead of sound: no specification of the server decodes any. */
export const SAMPLE_SOUND = '0123456789';

export interface SealedSample {
  callId: CallId;
  file?: string;
  seconds?: number;
  change?: Partial<RecordingDescription>;
}

/** Seals a recording as the gateway does, and gives the fact that tells of it. */
export async function sealSample(
  { recordings, vaultKeyFile }: { recordings: string; vaultKeyFile: string },
  { callId, file = `${callId}.recording`, seconds = 1, change = {} }: SealedSample,
): Promise<FactOf<'recording.ready'>> {
  const path = join(recordings, file);
  await mkdir(dirname(path), { recursive: true });
  const writer = await SealedFileWriter.create(path, await KeyRing.load(vaultKeyFile), `recording:${callId}`);
  await writer.write(Buffer.from(SAMPLE_SOUND));
  const channel = { peaks: [0.5, 0.1], playedFrames: 50, concealedFrames: 0 };
  const description: RecordingDescription = {
    version: 1,
    recording: callId,
    startedAt: new Date().toISOString(),
    seconds,
    channels: [
      { name: 'agent', ...channel },
      { name: 'resident', ...channel },
    ],
    marks: [],
    gaps: [],
    silences: [],
    ...change,
  };
  await writeDescription(writer, description);
  const { sha256, sealedBytes } = await writer.finish();
  await publishFile(path);
  return {
    type: 'recording.ready',
    callId,
    file,
    startedAt: description.startedAt,
    seconds,
    channels: description.channels.map(({ name }) => name),
    sha256,
    sealedBytes,
    concealedFrames: description.channels.map(() => 0),
    chain: { number: 1, link: 'a'.repeat(64) },
  };
}
