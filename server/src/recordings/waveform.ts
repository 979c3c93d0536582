import { open, type FileHandle } from 'node:fs/promises';
import { MULAW_TO_LINEAR } from './mulaw.model.ts';

/** Slices of a recording, each drawn as one bar. */
export const PEAKS_PER_CHANNEL = 400;
const READ_BYTES = 65_536;
const FULL_SCALE = 32_768;
const FORMAT_PCM = 1;
const FORMAT_MULAW = 7;

interface WavFormat {
  isMulaw: boolean;
  channels: number;
  sampleRate: number;
  dataStart: number;
  dataBytes: number;
}

export interface Peaks {
  seconds: number;
  /** By channel: the largest amplitude of each slice, 0 to 1. */
  channels: number[][];
}

/** Reads the peaks of a RIFF/WAVE file of 16-bit PCM or G.711 µ-law, in pieces. Throws RangeError for any other file. */
export async function readPeaks(path: string): Promise<Peaks> {
  const file = await open(path, 'r');
  try {
    const format = await readFormat(file);
    return await scan(file, format);
  } finally {
    await file.close();
  }
}

/** Walks the chunks (RIFF, Multimedia Programming Interface 1.0) to the format and the samples. */
async function readFormat(file: FileHandle): Promise<WavFormat> {
  const { size } = await file.stat();
  const riff = await readAt(file, 0, 12);
  if (riff.toString('latin1', 0, 4) !== 'RIFF' || riff.toString('latin1', 8, 12) !== 'WAVE') throw new RangeError('not a RIFF/WAVE file');
  let format: Omit<WavFormat, 'dataStart' | 'dataBytes'> | null = null;
  for (let position = 12; position + 8 <= size; ) {
    const header = await readAt(file, position, 8);
    const name = header.toString('latin1', 0, 4);
    const length = header.readUInt32LE(4);
    if (name === 'fmt ') format = parseFormat(await readAt(file, position + 8, 16));
    if (name === 'data' && format !== null) return { ...format, dataStart: position + 8, dataBytes: Math.min(length, size - position - 8) };
    position += 8 + length + (length % 2);
  }
  throw new RangeError('no samples in the file');
}

function parseFormat(chunk: Buffer): Omit<WavFormat, 'dataStart' | 'dataBytes'> {
  const code = chunk.readUInt16LE(0);
  const bits = chunk.readUInt16LE(14);
  const isKnown = (code === FORMAT_PCM && bits === 16) || (code === FORMAT_MULAW && bits === 8);
  const channels = chunk.readUInt16LE(2);
  if (!isKnown || channels === 0) throw new RangeError('only 16-bit PCM and G.711 µ-law are read');
  return { isMulaw: code === FORMAT_MULAW, channels, sampleRate: chunk.readUInt32LE(4) };
}

async function scan(file: FileHandle, format: WavFormat): Promise<Peaks> {
  const frameBytes = format.channels * (format.isMulaw ? 1 : 2);
  const frames = Math.floor(format.dataBytes / frameBytes);
  const channels = Array.from({ length: format.channels }, () => new Float64Array(PEAKS_PER_CHANNEL));
  const pieceBytes = READ_BYTES - (READ_BYTES % frameBytes);
  for (let done = 0; done < frames * frameBytes; done += pieceBytes) {
    const piece = await readAt(file, format.dataStart + done, Math.min(pieceBytes, frames * frameBytes - done));
    collect(piece, { format, firstFrame: done / frameBytes, frames }, channels);
  }
  return { seconds: frames / format.sampleRate, channels: channels.map((peaks) => Array.from(peaks, (peak) => Math.min(1, peak / FULL_SCALE))) };
}

function collect(piece: Buffer, at: { format: WavFormat; firstFrame: number; frames: number }, channels: readonly Float64Array[]): void {
  const { format, firstFrame, frames } = at;
  const sampleBytes = format.isMulaw ? 1 : 2;
  const samples = Math.floor(piece.length / sampleBytes);
  for (let index = 0; index < samples; index += 1) {
    const value = format.isMulaw ? (MULAW_TO_LINEAR[piece.readUInt8(index)] ?? 0) : piece.readInt16LE(index * 2);
    const frame = firstFrame + Math.floor(index / format.channels);
    const slice = Math.floor((frame * PEAKS_PER_CHANNEL) / frames);
    const peaks = channels[index % format.channels];
    if (peaks !== undefined) peaks[slice] = Math.max(peaks[slice] ?? 0, Math.abs(value));
  }
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, position);
  if (bytesRead < length) throw new RangeError('the file is shorter than its header says');
  return buffer;
}
