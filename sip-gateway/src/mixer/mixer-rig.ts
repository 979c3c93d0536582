import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import type { Logger } from 'pino';
import type { LegId, RecordingChannel } from '../ports/mixer.port.ts';
import { decodeWavHeader, WAV_HEADER_BYTES } from '../recorder/wav-header.ts';
import { MixerProcess } from './mixer-process.ts';
import { RtpPeer } from './rtp-peer.ts';

/** Each rig of a test run takes its own slice; legs skip ports that others hold. */
const FIRST_PORT = 36_000;
const PORTS_PER_RIG = 64;
let rigs = 0;

/** A real mixer with real recorder and peers, for integration tests; `close` leaves nothing behind. */
export class MixerRig {
  readonly mixer: MixerProcess;
  readonly folder: string;
  /** Every event, as `name argument argument`. */
  readonly events: string[] = [];
  readonly #peers: RtpPeer[] = [];

  private constructor(mixer: MixerProcess, folder: string) {
    this.mixer = mixer;
    this.folder = folder;
    mixer.listen({
      onDigit: (leg, digit) => this.events.push(`digit ${leg} ${digit}`),
      onFlow: (leg, flow) => this.events.push(`flow ${leg} ${flow}`),
      onRecordingFailed: (recording, reason) => this.events.push(`failed ${recording} ${reason}`),
      onLost: (process) => this.events.push(`lost ${process}`),
      onRecordingRepaired: ({ file }) => this.events.push(`repaired ${file}`),
    });
  }

  static async start(options: { portCount?: number; folder?: string; logger?: Logger } = {}): Promise<MixerRig> {
    const folder = options.folder ?? (await mkdtemp(path.join(tmpdir(), 'mixer-rig-')));
    const portMin = FIRST_PORT + rigs * PORTS_PER_RIG;
    rigs += 1;
    const mixer = new MixerProcess({
      address: '127.0.0.1',
      portMin,
      portMax: portMin + (options.portCount ?? PORTS_PER_RIG) - 1,
      recordingsDir: path.join(folder, 'recordings'),
      runDir: path.join(folder, 'run'),
      realTime: 'try',
      logger: options.logger ?? pino({ level: 'silent' }),
    });
    const rig = new MixerRig(mixer, folder);
    try {
      await mixer.start();
    } catch (error) {
      if (!options.folder) await rig.close();
      throw error;
    }
    return rig;
  }

  /** Opens a leg with a peer on it that sends this tone. */
  async join(leg: string, hz: number): Promise<RtpPeer> {
    const peer = await RtpPeer.open();
    this.#peers.push(peer);
    const address = await this.mixer.openLeg(leg);
    await this.mixer.connectLeg(leg, peer.address, null);
    peer.sendTone(hz, address);
    return peer;
  }

  /** Lets these two hear each other. */
  async joinTwo(a: string, b: string): Promise<void> {
    await this.mixer.setHearing([
      { leg: a, from: { [b]: 1 }, source: 'silence' },
      { leg: b, from: { [a]: 1 }, source: 'silence' },
    ]);
  }

  file(name: string): string {
    return path.join(this.folder, 'recordings', name);
  }

  /** Resolves when an event has come. @throws Error after `timeoutMs` */
  async until(event: string, timeoutMs = 8000): Promise<void> {
    await waitFor(
      () => this.events.includes(event),
      timeoutMs,
      () => `no event '${event}' among [${this.events.join(', ')}]`,
    );
  }

  async close(): Promise<void> {
    for (const peer of this.#peers) peer.close();
    await this.mixer.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** One channel per leg, named like it. */
export function channelsOf(...legs: readonly LegId[]): RecordingChannel[] {
  return legs.map((leg) => ({ name: leg, leg }));
}

/** Waits for a condition of the outside world. @throws Error after `timeoutMs` */
export async function waitFor(condition: () => boolean, timeoutMs: number, complain: () => string): Promise<void> {
  const deadlineMs = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > deadlineMs) throw new Error(complain());
    await sleep(10);
  }
}

/** Reads a WAVE file strictly: header and length must agree to the octet. */
export async function readWav(file: string): Promise<{ seconds: number; channels: Int16Array[] }> {
  const bytes = await readFile(file);
  const header = decodeWavHeader(bytes);
  if (!header) throw new Error('The file has no valid WAVE header');
  if (header.dataBytes !== bytes.length - WAV_HEADER_BYTES)
    throw new Error('The WAVE header does not fit the length of the file');
  const blockBytes = header.channels * 2;
  const blocks = header.dataBytes / blockBytes;
  const channels = Array.from({ length: header.channels }, (_, channel) =>
    Int16Array.from({ length: blocks }, (_sample, block) =>
      bytes.readInt16LE(WAV_HEADER_BYTES + block * blockBytes + channel * 2),
    ),
  );
  return { seconds: blocks / header.sampleRate, channels };
}
