import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { CallId } from '#contracts/ids.contract';
import { recordingFile } from '../call/call-recording.ts';
import type { RepairedRecording } from '../ports/mixer.port.ts';
import { hashFile } from '../recorder/recording-file.ts';
import { BYTES_PER_SAMPLE, WAV_HEADER_BYTES, decodeWavHeader } from '../recorder/wav-header.ts';

/** The file is named a moment after the answer was noted, which may be past midnight. */
const NAMING_DELAY_MS = 5_000;

/** The recording of a call whose gateway died: its recorder completed the file before it went. Null when there is none. */
export async function findLeftRecording(
  recordingsDir: string,
  callId: CallId,
  answeredAtMs: number,
): Promise<RepairedRecording | null> {
  const names = new Set([recordingFile(callId, answeredAtMs), recordingFile(callId, answeredAtMs + NAMING_DELAY_MS)]);
  for (const file of names) {
    const seconds = await readSeconds(join(recordingsDir, file));
    if (seconds !== null) return { file, seconds, sha256: await hashFile(join(recordingsDir, file)) };
  }
  return null;
}

async function readSeconds(path: string): Promise<number | null> {
  const handle = await open(path, 'r').catch(() => null);
  if (handle === null) return null;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(WAV_HEADER_BYTES), 0, WAV_HEADER_BYTES, 0);
    const header = bytesRead === WAV_HEADER_BYTES ? decodeWavHeader(buffer) : null;
    return header === null ? null : header.dataBytes / (header.channels * BYTES_PER_SAMPLE * header.sampleRate);
  } finally {
    await handle.close();
  }
}
