import type { ChannelName, RecordingMark } from '#contracts/recordings.contract';
import { FRAME_MS, FRAME_SAMPLES } from '../mixer/frame.ts';
import { decodeBody } from './frame-stream.ts';
import type { ChannelFrame, RawMessage } from './frame-stream.ts';
import type { RecordingNote } from './recording-note.ts';

const SECONDS_PER_TICK = FRAME_MS / 1000;
/** A run of concealed frames from this length on is worth a line in the report: half a second. */
const MIN_RUN_TICKS = 25;
const MAX_RUNS = 500;

/** Time for which a party, or everybody (null), is missing from the recording. */
export interface TimelineGap {
  /** `not-written`: frames never reached the disk. `stood-still`: the mixer did not run. `not-received`: no packets came from this party. */
  readonly kind: 'not-written' | 'stood-still' | 'not-received';
  readonly channel: ChannelName | null;
  readonly tick: number;
  readonly ticks: number;
}

export interface ChannelCount {
  readonly name: ChannelName;
  played: number;
  concealed: number;
  /** Packets that came on this party's legs while they were recorded, as the mixer counted them; null when it died before it could say. */
  packets: number | null;
}

/** Takes the sound of one tick, or so many ticks of silence. */
export interface TimelineSink {
  frame(channels: readonly ChannelFrame[]): void;
  silence(ticks: number): void;
}

/**
 * Lays the messages of all segments of a recording on the clock: what was told twice counts once, and pauses and gaps become silence of their
 * own length, so that a second of the recording is a second of the call.
 */
export class Timeline {
  readonly marks: RecordingMark[] = [];
  readonly gaps: TimelineGap[] = [];
  readonly channels: ChannelCount[] = [];
  readonly #sink: TimelineSink;
  readonly #runs: { start: number; length: number }[] = [];
  #tick = 0;
  #sequence = 0;
  #pause: { readonly tick: number; readonly reason: Extract<RecordingNote, { note: 'pause' }>['reason'] } | null = null;
  #hasEnded = false;
  #startedAtMs: number | null = null;

  constructor(sink: TimelineSink) {
    this.#sink = sink;
  }

  /** Length so far. */
  get ticks(): number {
    return this.#tick;
  }

  /** When the recording began; null before its first message. */
  get startedAtMs(): number | null {
    return this.#startedAtMs;
  }

  /** Whether the mixer said that this was all. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** @throws RangeError or ZodError when a message is not ours */
  add(message: RawMessage): void {
    const body = decodeBody(message);
    if (body.kind === 'start') {
      this.#startedAtMs ??= body.atMs - message.tick * FRAME_MS;
      this.#nameChannels(body.names);
      return;
    }
    if (message.sequence <= this.#sequence) return;
    this.#sequence = message.sequence;
    if (body.kind === 'note') {
      this.#note(message.tick, body.note);
      return;
    }
    this.#goOnTo(message.tick);
    if (body.kind === 'frame') this.#frame(body.channels);
    else if (body.kind === 'gap') this.#missing('stood-still', body.ticks);
    else this.#hasEnded = true;
  }

  /** Closes what is open. To be called once, after the last message. */
  finish(): void {
    if (this.#pause !== null) this.#endPause(this.#tick);
    for (let i = 0; i < this.#runs.length; i += 1) this.#endRun(i);
    this.marks.sort((a, b) => a.atSeconds - b.atSeconds);
    this.gaps.sort((a, b) => a.tick - b.tick);
  }

  #note(tick: number, note: RecordingNote): void {
    switch (note.note) {
      case 'channels':
        this.#nameChannels(note.names);
        return;
      case 'mark':
        this.marks.push({ kind: note.kind, atSeconds: seconds(tick), seconds: 0, reason: null });
        return;
      case 'pause':
        this.#goOnTo(tick);
        this.#pause ??= { tick, reason: note.reason };
        return;
      case 'resume':
        this.#endPause(tick);
        return;
      case 'packets': {
        const channel = this.channels.find(({ name }) => name === note.name);
        if (channel) channel.packets = (channel.packets ?? 0) + note.received;
      }
    }
  }

  /** Time that no message accounts for: a pause, or frames that never reached the disk. */
  #goOnTo(tick: number): void {
    const ticks = tick - this.#tick;
    if (ticks <= 0) return;
    if (this.#pause !== null) this.#endPause(tick);
    else this.#missing('not-written', ticks);
  }

  #endPause(tick: number): void {
    if (this.#pause === null) return;
    const { tick: start, reason } = this.#pause;
    this.#pause = null;
    const ticks = Math.max(0, tick - this.#tick);
    this.marks.push({ kind: 'pause', atSeconds: seconds(start), seconds: seconds(Math.max(0, tick - start)), reason });
    this.#silence(ticks);
  }

  #missing(kind: TimelineGap['kind'], ticks: number): void {
    this.gaps.push({ kind, channel: null, tick: this.#tick, ticks });
    this.marks.push({ kind: 'gap', atSeconds: seconds(this.#tick), seconds: seconds(ticks), reason: null });
    this.#silence(ticks);
  }

  #silence(ticks: number): void {
    for (let i = 0; i < this.#runs.length; i += 1) this.#endRun(i);
    this.#sink.silence(ticks);
    this.#tick += ticks;
  }

  #frame(frames: readonly ChannelFrame[]): void {
    frames.forEach(({ state }, i) => {
      const channel = this.channels[i];
      const run = this.#runs[i];
      if (!channel || !run) return;
      if (state === 'played') channel.played += 1;
      if (state === 'concealed') {
        channel.concealed += 1;
        if (run.length === 0) run.start = this.#tick;
        run.length += 1;
      } else this.#endRun(i);
    });
    this.#sink.frame(frames);
    this.#tick += 1;
  }

  #endRun(i: number): void {
    const run = this.#runs[i];
    const channel = this.channels[i];
    if (!run || !channel) return;
    if (run.length >= MIN_RUN_TICKS && this.gaps.length < MAX_RUNS) {
      this.gaps.push({ kind: 'not-received', channel: channel.name, tick: run.start, ticks: run.length });
    }
    run.length = 0;
  }

  #nameChannels(names: readonly ChannelName[]): void {
    for (const name of names.slice(this.channels.length)) {
      this.channels.push({ name, played: 0, concealed: 0, packets: null });
      this.#runs.push({ start: 0, length: 0 });
    }
  }
}

function seconds(ticks: number): number {
  return Math.round(ticks * SECONDS_PER_TICK * 100) / 100;
}

/** Interleaves one tick of channels as 16-bit little-endian samples; a channel without sound is silent. */
export function interleave(frames: readonly ChannelFrame[], channels: number): Buffer {
  const block = new Int16Array(FRAME_SAMPLES * channels);
  frames.forEach(({ state, samples }, channel) => {
    if (state === 'absent') return;
    for (let i = 0; i < FRAME_SAMPLES; i += 1) block[i * channels + channel] = samples[i] ?? 0;
  });
  return Buffer.from(block.buffer);
}
