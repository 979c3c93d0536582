import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, stat, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { FRAME_SAMPLES, SAMPLE_RATE } from '../mixer/frame.ts';
import type { ChannelFrame } from './frame-stream.ts';
import { BYTES_PER_SAMPLE, encodeWavHeader, MAX_WAV_DATA_BYTES, WAV_HEADER_BYTES } from './wav-header.ts';
import type { WavFormat } from './wav-header.ts';

/** A file that is still being written, or was left by a crash, carries this after its name. */
export const PART_SUFFIX = '.part';
const SYNC_INTERVAL_MS = 1000;
/** 10 s. A disk that falls behind further is a failure to be told, not memory to be filled. */
const MAX_PENDING_FRAMES = 500;
/** 60 s. */
const MAX_GAP_TICKS = 3000;
/** Recordings are personal data: for the user of the gateway only. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

export interface FinishedFile {
  readonly seconds: number;
  readonly sha256: string;
}

/** Why a recording cannot go on. The message is a fixed phrase for people, without path or personal data. */
export class RecordingFailure extends Error {
  readonly code = 'recording-failed';

  constructor(reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.name = 'RecordingFailure';
  }
}

/** One multi-channel WAVE file that is playable on disk, up to the last second, at every moment of its being written. */
export class RecordingFile {
  readonly #handle: FileHandle;
  readonly #path: string;
  readonly #format: WavFormat;
  readonly #blockBytes: number;
  readonly #concealedFrames: number[];
  #pending: Buffer[] = [];
  #pendingFrames = 0;
  #ticks = 0;
  #dataBytes = 0;
  #syncedAtMs = performance.now();
  #writing: Promise<void> = Promise.resolve();
  #isWriting = false;

  private constructor(handle: FileHandle, finalPath: string, channels: number) {
    this.#handle = handle;
    this.#path = finalPath;
    this.#format = { channels, sampleRate: SAMPLE_RATE };
    this.#blockBytes = channels * BYTES_PER_SAMPLE;
    this.#concealedFrames = Array.from({ length: channels }, () => 0);
  }

  /**
   * Creates `<finalPath>.part` with a header and syncs it, so that even a crash in the next moment leaves a valid file.
   * @throws RecordingFailure when either name is taken or the disk refuses
   */
  static async open(finalPath: string, channels: number): Promise<RecordingFile> {
    const partPath = finalPath + PART_SUFFIX;
    let handle: FileHandle | null = null;
    try {
      await mkdir(path.dirname(finalPath), { recursive: true, mode: FOLDER_MODE });
      if (await exists(finalPath)) throw new RecordingFailure('a recording of this name exists');
      handle = await open(partPath, 'wx', FILE_MODE);
      const file = new RecordingFile(handle, finalPath, channels);
      await writeFully(handle, encodeWavHeader(file.#format, 0), 0);
      await handle.sync();
      await syncFolder(path.dirname(finalPath));
      return file;
    } catch (error) {
      if (handle) {
        await handle.close();
        await unlink(partPath);
      }
      throw toFailure(error);
    }
  }

  /** Frames made up for want of a packet, by channel. */
  get concealedFrames(): readonly number[] {
    return this.#concealedFrames;
  }

  /** @throws RecordingFailure when a tick is missing, the channels do not fit or the disk is too far behind */
  appendFrame(tick: number, channels: readonly ChannelFrame[]): void {
    if (tick !== this.#ticks || channels.length !== this.#format.channels)
      throw new RecordingFailure('frames were lost on the way');
    if (this.#pendingFrames >= MAX_PENDING_FRAMES) throw new RecordingFailure('disk too slow');
    if (this.#dataBytes + MAX_GAP_TICKS * FRAME_SAMPLES * this.#blockBytes > MAX_WAV_DATA_BYTES)
      throw new RecordingFailure('file too long');
    const block = Buffer.allocUnsafe(FRAME_SAMPLES * this.#blockBytes);
    channels.forEach(({ isPlayed, samples }, channel) => {
      if (!isPlayed) this.#countConcealed(channel, 1);
      for (let i = 0; i < FRAME_SAMPLES; i += 1)
        block.writeInt16LE(samples[i] ?? 0, i * this.#blockBytes + channel * BYTES_PER_SAMPLE);
    });
    this.#pending.push(block);
    this.#pendingFrames += 1;
    this.#ticks += 1;
  }

  /** Fills time in which the mixer did not run, so that the file stays true to the clock. @throws RecordingFailure over 60 s */
  appendGap(tick: number, ticks: number): void {
    if (tick !== this.#ticks) throw new RecordingFailure('frames were lost on the way');
    if (ticks > MAX_GAP_TICKS) throw new RecordingFailure('the mixer stood still for too long');
    for (let channel = 0; channel < this.#format.channels; channel += 1) this.#countConcealed(channel, ticks);
    this.#pending.push(Buffer.alloc(ticks * FRAME_SAMPLES * this.#blockBytes));
    this.#ticks += ticks;
  }

  /** Writes what is pending unless a write is still under way; syncs about once a second. @throws RecordingFailure */
  async flush(): Promise<void> {
    if (this.#isWriting) return;
    this.#isWriting = true;
    this.#writing = this.#writePending().finally(() => {
      this.#isWriting = false;
    });
    await this.#writing;
  }

  /** Writes the rest, completes the header, syncs file and folder, gives the file its name and hashes it. @throws RecordingFailure */
  async finish(): Promise<FinishedFile> {
    await this.#writing;
    await this.#writePending();
    return await this.#complete();
  }

  /** Keeps what is on disk already as a complete file; what is pending is lost. @throws RecordingFailure when even that is refused */
  async abandon(): Promise<FinishedFile> {
    await this.#writing.catch(() => undefined);
    return await this.#complete();
  }

  /** Removes a file that was never fed. */
  async discard(): Promise<void> {
    await this.#writing.catch(() => undefined);
    await this.#handle.close();
    await unlink(this.#path + PART_SUFFIX);
  }

  #countConcealed(channel: number, frames: number): void {
    this.#concealedFrames[channel] = (this.#concealedFrames[channel] ?? 0) + frames;
  }

  async #writePending(): Promise<void> {
    try {
      const bytes = Buffer.concat(this.#pending);
      this.#pending = [];
      this.#pendingFrames = 0;
      await writeFully(this.#handle, bytes, WAV_HEADER_BYTES + this.#dataBytes, (written) => {
        this.#dataBytes += written;
      });
      if (performance.now() - this.#syncedAtMs < SYNC_INTERVAL_MS) return;
      this.#syncedAtMs = performance.now();
      await this.#writeHeader();
      await this.#handle.datasync();
    } catch (error) {
      throw toFailure(error);
    }
  }

  async #writeHeader(): Promise<void> {
    await writeFully(this.#handle, encodeWavHeader(this.#format, this.#wholeBlocks()), 0);
  }

  /** After a disk ran full in mid-write the file may end in half a sample. */
  #wholeBlocks(): number {
    return this.#dataBytes - (this.#dataBytes % this.#blockBytes);
  }

  async #complete(): Promise<FinishedFile> {
    try {
      await this.#handle.truncate(WAV_HEADER_BYTES + this.#wholeBlocks());
      await this.#writeHeader();
      await this.#handle.sync();
      await this.#handle.close();
      await publish(this.#path);
      return { seconds: this.#wholeBlocks() / this.#blockBytes / SAMPLE_RATE, sha256: await hashFile(this.#path) };
    } catch (error) {
      await this.#handle.close().catch(() => undefined);
      throw toFailure(error);
    }
  }
}

/** Gives a complete `.part` file its final name, durably. */
export async function publish(finalPath: string): Promise<void> {
  await rename(finalPath + PART_SUFFIX, finalPath);
  await syncFolder(path.dirname(finalPath));
}

/** SHA-256 of a file, in hexadecimal. */
export async function hashFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/** Writes all octets at `position`; `onWritten` hears of each part that reached the file, also before a failure. */
export async function writeFully(
  handle: FileHandle,
  bytes: Buffer,
  position: number,
  onWritten: (written: number) => void = () => undefined,
): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
    onWritten(bytesWritten);
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export async function exists(file: string): Promise<boolean> {
  return await stat(file).then(
    () => true,
    () => false,
  );
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'disk full',
  EDQUOT: 'disk quota exceeded',
  EROFS: 'disk is read-only',
  EACCES: 'no permission to write',
  EEXIST: 'a recording of this name exists',
};

function toFailure(error: unknown): RecordingFailure {
  if (error instanceof RecordingFailure) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  return new RecordingFailure(REASONS[code] ?? `disk error ${code}`, { cause: error });
}
