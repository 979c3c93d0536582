import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { SAMPLE_RATE } from '../../mixer/frame.ts';

/** Speech of 4 kHz bandwidth is transparent well below this (RFC 6716 section 2.1.1 names 8-12 kb/s for narrow band). */
const BITS_PER_SECOND_PER_CHANNEL = 20_000;
const MAX_ERROR_BYTES = 2000;

/**
 * Encodes interleaved 16-bit samples to Opus in Ogg, channel by channel. Mapping family 255 (RFC 7845 section 5.1.1.3) gives every channel a
 * mono stream of its own: the other families code pairs of channels together, by which one party leaks into another's channel (25 dB down).
 * @throws Error when ffmpeg cannot be started or fails
 */
export class OpusEncoder {
  readonly #process: ReturnType<typeof spawnFfmpeg>;
  readonly #exited: Promise<void>;
  #isWaitingForDrain: Promise<unknown> | null = null;

  constructor(ffmpeg: string, channels: number) {
    this.#process = spawnFfmpeg(ffmpeg, channels);
    this.#exited = this.#watch();
    this.#exited.catch(() => undefined);
    // A broken pipe is told by the exit.
    this.#process.stdin.on('error', () => undefined);
  }

  /** The Ogg stream, as it comes. */
  get output(): NodeJS.ReadableStream {
    return this.#process.stdout;
  }

  /** Takes samples; resolves when more may come. */
  async write(samples: Buffer): Promise<void> {
    if (this.#process.stdin.write(samples)) return;
    this.#isWaitingForDrain ??= Promise.race([once(this.#process.stdin, 'drain'), this.#exited]).finally(() => {
      this.#isWaitingForDrain = null;
    });
    await this.#isWaitingForDrain;
  }

  /** Says that this was all, and waits for the encoder to end well. */
  async finish(): Promise<void> {
    this.#process.stdin.end();
    await this.#exited;
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }

  async #watch(): Promise<void> {
    let said = '';
    this.#process.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-MAX_ERROR_BYTES);
    });
    // 'close' comes after 'exit', when the output is read to its end.
    const [code] = (await once(this.#process, 'close')) as [number | null];
    if (code !== 0) throw new Error(`ffmpeg ended with ${code ?? 'a signal'}: ${said.trim()}`);
  }
}

function spawnFfmpeg(ffmpeg: string, channels: number) {
  const input = ['-f', 's16le', '-ar', String(SAMPLE_RATE), '-ac', String(channels), '-i', 'pipe:0'];
  const codec = ['-c:a', 'libopus', '-application', 'voip', '-mapping_family', '255'];
  const rate = ['-b:a', String(BITS_PER_SECOND_PER_CHANNEL * channels), '-threads', '1'];
  return spawn(ffmpeg, ['-hide_banner', '-loglevel', 'error', '-nostdin', ...input, ...codec, ...rate, '-f', 'ogg', 'pipe:1'], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}
