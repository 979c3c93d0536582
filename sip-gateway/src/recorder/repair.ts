import { open, readdir, unlink } from 'node:fs/promises';
import path from 'node:path';
import { exists, hashFile, PART_SUFFIX, publish, writeFully } from './recording-file.ts';
import { BYTES_PER_SAMPLE, decodeWavHeader, encodeWavHeader, WAV_HEADER_BYTES } from './wav-header.ts';

export interface RepairedRecording {
  /** File name under the recordings folder. */
  readonly file: string;
  readonly seconds: number;
  readonly sha256: string;
}

export interface RepairReport {
  readonly repaired: readonly RepairedRecording[];
  /** Half-written files that are not ours, cannot be written, or whose final name is taken. */
  readonly leftAlone: readonly string[];
}

/** Completes every recording a crash left half-written: the header is made to fit what reached the disk. */
export async function repairRecordings(recordingsDir: string): Promise<RepairReport> {
  const names = await readdir(recordingsDir, { recursive: true });
  const repaired: RepairedRecording[] = [];
  const leftAlone: string[] = [];
  for (const name of names.filter((candidate) => candidate.endsWith(`.wav${PART_SUFFIX}`))) {
    const file = name.slice(0, -PART_SUFFIX.length);
    // One file that cannot be read or written must not keep the recorder from starting.
    const result = await repairFile(path.join(recordingsDir, file)).catch(() => 'left-alone' as const);
    if (result === 'left-alone') leftAlone.push(name);
    else if (result !== 'nothing-recorded') repaired.push({ file, ...result });
  }
  return { repaired, leftAlone };
}

async function repairFile(finalPath: string): Promise<Omit<RepairedRecording, 'file'> | 'nothing-recorded' | 'left-alone'> {
  const partPath = finalPath + PART_SUFFIX;
  if (await exists(finalPath)) return 'left-alone';
  const handle = await open(partPath, 'r+');
  let seconds: number;
  try {
    const { size } = await handle.stat();
    if (size < WAV_HEADER_BYTES) {
      await unlink(partPath);
      return 'nothing-recorded';
    }
    const { buffer } = await handle.read(Buffer.alloc(WAV_HEADER_BYTES), 0, WAV_HEADER_BYTES, 0);
    const format = decodeWavHeader(buffer);
    if (!format) return 'left-alone';
    const blockBytes = format.channels * BYTES_PER_SAMPLE;
    const blocks = Math.floor((size - WAV_HEADER_BYTES) / blockBytes);
    await handle.truncate(WAV_HEADER_BYTES + blocks * blockBytes);
    await writeFully(handle, encodeWavHeader(format, blocks * blockBytes), 0);
    await handle.sync();
    seconds = blocks / format.sampleRate;
  } finally {
    await handle.close();
  }
  await publish(finalPath);
  return { seconds, sha256: await hashFile(finalPath) };
}
