import { MAX_CHANNELS } from '#contracts/recordings.contract';
import type { ChannelName, MarkKind, PauseReason } from '#contracts/recordings.contract';
import type { LegId, RecordingChannel } from '../ports/mixer.port.ts';
import { MixerError } from '../ports/mixer.port.ts';
import { encodeMessage } from '../recorder/frame-stream.ts';
import type { ChannelFrame, MessageBody } from '../recorder/frame-stream.ts';
import type { RecordingTap } from './audio-bridge.ts';
import { FRAME_SAMPLES } from './frame.ts';
import type { Speaker } from './speaker.ts';

/** 15 s of frames. What a dead recorder had not written is told again to the next one; older frames become a gap. */
const MAX_UNWRITTEN = 750;
const SILENCE = new Int16Array(FRAME_SAMPLES);
const ABSENT: ChannelFrame = { state: 'absent', samples: SILENCE };

interface Channel {
  readonly name: ChannelName;
  leg: LegId | null;
  /** Packets received when this leg began to be recorded here; null until its first frame. */
  packetsBefore: number | null;
  /** Of this leg, while it was recorded. */
  packetsCounted: number;
}

/** One recording as the mixer sees it: which leg is on which channel, what time it is, and what the recorder has not written yet. */
export class RecordingFeed implements RecordingTap {
  readonly recording: number;
  readonly #send: (bytes: Buffer) => void;
  readonly #packetsOf: (leg: LegId) => number;
  readonly #channels: Channel[] = [];
  #legs: readonly (LegId | null)[] = [];
  #tick = 0;
  #sequence = 0;
  #isPaused = false;
  #hasEnded = false;
  /** Written by nobody yet, in order; `sequence` of the first one is `#sequence - length + 1`. */
  #unwritten: Buffer[] = [];

  /** `send` takes every message at once; `packetsOf` says how many packets have come on an open leg. */
  constructor(recording: number, send: (bytes: Buffer) => void, packetsOf: (leg: LegId) => number) {
    this.recording = recording;
    this.#send = send;
    this.#packetsOf = packetsOf;
  }

  /** The leg of each channel, in the order of the channels. */
  get legs(): readonly (LegId | null)[] {
    return this.#legs;
  }

  /** Names the parties to begin with. @throws MixerError `recording-failed` when there are too many, or one twice */
  begin(channels: readonly RecordingChannel[]): void {
    if (new Set(channels.map(({ name }) => name)).size < channels.length) {
      throw new MixerError('recording-failed', 'two channels have the same name');
    }
    for (const { name, leg } of channels) this.#assign(name, leg);
    this.replay();
  }

  /** @throws MixerError `recording-failed` when there are too many channels */
  assign(name: ChannelName, leg: LegId | null): void {
    const before = this.#channels.length;
    this.#assign(name, leg);
    if (this.#channels.length === before) return;
    this.#put({ kind: 'note', note: { note: 'channels', names: this.#names } });
  }

  pause(reason: PauseReason): void {
    if (this.#isPaused) return;
    for (const channel of this.#channels) this.#countPackets(channel);
    this.#put({ kind: 'note', note: { note: 'pause', reason } });
    this.#isPaused = true;
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#put({ kind: 'note', note: { note: 'resume' } });
  }

  mark(kind: MarkKind): void {
    this.#put({ kind: 'note', note: { note: 'mark', kind } });
  }

  /** Says that this was all. */
  end(): void {
    this.#hasEnded = true;
    for (const channel of this.#channels) this.#tellPackets(channel);
    this.#put({ kind: 'end' });
  }

  onFrame(legs: readonly (Speaker | null)[]): void {
    if (!this.#isPaused) {
      const channels = this.#channels.map((channel, i) => frameOf(channel, legs[i] ?? null, this.#packetsOf));
      this.#put({ kind: 'frame', channels });
    }
    this.#tick += 1;
  }

  onSkip(ticks: number): void {
    if (!this.#isPaused) this.#put({ kind: 'gap', ticks });
    this.#tick += ticks;
  }

  /** The recorder has written everything up to this sequence number. */
  noteWritten(sequence: number): void {
    const first = this.#sequence - this.#unwritten.length + 1;
    if (sequence >= first) this.#unwritten.splice(0, sequence - first + 1);
  }

  /** Opens a segment with everything no recorder has confirmed yet. */
  replay(): void {
    const sequence = this.#sequence - this.#unwritten.length;
    const start = { recording: this.recording, sequence, tick: this.#tick };
    this.#send(encodeMessage(start, { kind: 'start', names: this.#names, atMs: Date.now() }));
    for (const bytes of this.#unwritten) this.#send(bytes);
    // The end was written, but whoever waits for it has not been told.
    if (this.#hasEnded && this.#unwritten.length === 0) this.#put({ kind: 'end' });
  }

  get #names(): ChannelName[] {
    return this.#channels.map(({ name }) => name);
  }

  #assign(name: ChannelName, leg: LegId | null): void {
    const known = this.#channels.find((channel) => channel.name === name);
    if (!known && this.#channels.length >= MAX_CHANNELS) throw new MixerError('recording-failed', 'too many channels');
    const channel = known ?? { name, leg: null, packetsBefore: null, packetsCounted: 0 };
    if (known) this.#tellPackets(known);
    else this.#channels.push(channel);
    channel.leg = leg;
    this.#legs = this.#channels.map((one) => one.leg);
  }

  #tellPackets(channel: Channel): void {
    this.#countPackets(channel);
    if (channel.leg === null) return;
    this.#put({ kind: 'note', note: { note: 'packets', name: channel.name, received: channel.packetsCounted } });
    channel.packetsCounted = 0;
  }

  #countPackets(channel: Channel): void {
    if (channel.leg === null || channel.packetsBefore === null) return;
    channel.packetsCounted += Math.max(0, this.#packetsOf(channel.leg) - channel.packetsBefore);
    channel.packetsBefore = null;
  }

  #put(body: MessageBody): void {
    this.#sequence += 1;
    const bytes = encodeMessage({ recording: this.recording, sequence: this.#sequence, tick: this.#tick }, body);
    this.#unwritten.push(bytes);
    if (this.#unwritten.length > MAX_UNWRITTEN) this.#unwritten.shift();
    this.#send(bytes);
  }
}

function frameOf(channel: Channel, leg: Speaker | null, packetsOf: (leg: LegId) => number): ChannelFrame {
  if (!leg || channel.leg === null) return ABSENT;
  channel.packetsBefore ??= packetsOf(channel.leg);
  return { state: leg.isFramePlayed ? 'played' : 'concealed', samples: leg.frame };
}
