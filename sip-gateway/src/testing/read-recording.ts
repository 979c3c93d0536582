import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { RecordingDescription } from '#contracts/recordings.contract';
import { readDescription } from '#vault/described-file';
import { KeyRing } from '#vault/key-ring';
import { SealedFileReader } from '#vault/sealed-file';
import { SAMPLE_RATE } from '../mixer/frame.ts';
import { recordingPurpose } from '../recorder/recording-names.ts';

export interface DecodedRecording {
  readonly seconds: number;
  /** Samples by channel. */
  readonly channels: Int16Array[];
  readonly description: RecordingDescription;
}

/** Opens a sealed recording and decodes it. */
export async function readRecording(recordingsDir: string, file: string, keyFile: string): Promise<DecodedRecording> {
  const reader = await SealedFileReader.open(path.join(recordingsDir, file), await KeyRing.load(keyFile), recordingPurpose(file));
  try {
    const { contentBytes, description } = await readDescription(reader);
    const parsed = RecordingDescription.parse(description);
    const channels = decodeOgg(await reader.read(0, contentBytes), parsed.channels.length);
    return { seconds: (channels[0]?.length ?? 0) / SAMPLE_RATE, channels, description: parsed };
  } finally {
    await reader.close();
  }
}

/** The loudest sample. */
export function peakOf(samples: Int16Array | undefined): number {
  return (samples ?? new Int16Array()).reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0);
}

function decodeOgg(ogg: Buffer, count: number): Int16Array[] {
  const args = ['-hide_banner', '-loglevel', 'error', '-i', 'pipe:0', '-f', 's16le', '-ar', String(SAMPLE_RATE), 'pipe:1'];
  const samples = execFileSync('ffmpeg', args, { input: ogg, maxBuffer: 1 << 28 });
  const blocks = samples.length / 2 / count;
  return Array.from({ length: count }, (_, channel) =>
    Int16Array.from({ length: blocks }, (_sample, block) => samples.readInt16LE((block * count + channel) * 2)),
  );
}
