import type { ChannelName, MarkKind, PauseReason } from '#contracts/recordings.contract';
import type { LegId, RecordingChannel } from '../ports/mixer.port.ts';
import { MixerError } from '../ports/mixer.port.ts';
import type { AudioBridge } from './audio-bridge.ts';
import { RecorderLink } from './recorder-link.ts';
import type { RecordingFeed } from './recording-feed.ts';

/** The recordings of the legs of one bridge, and its connection to the recorder. */
export class RecordingTaps {
  readonly #bridge: AudioBridge;
  readonly #link: RecorderLink;

  /** `onStuck` is told when the recorder has not read for seconds. */
  constructor(bridge: AudioBridge, onStuck: () => void) {
    this.#bridge = bridge;
    this.#link = new RecorderLink(onStuck, (leg) => bridge.findSpeaker(leg)?.packetsReceived ?? 0);
  }

  async useRecorder(socketPath: string): Promise<void> {
    await this.#link.connect(socketPath);
  }

  /** @throws MixerError `unknown-leg`, `recording-failed` */
  start(recording: number, channels: readonly RecordingChannel[]): void {
    if (!this.#link.isConnected) throw new MixerError('recording-failed', 'recorder lost');
    for (const { leg } of channels) if (leg !== null) this.#bridge.speaker(leg);
    const feed = this.#link.open(recording);
    try {
      feed.begin(channels);
      this.#bridge.addTap(recording, feed);
    } catch (error) {
      this.#link.forget(recording);
      throw error;
    }
  }

  /** @throws MixerError `unknown-leg`, `recording-failed` */
  assign(recording: number, name: ChannelName, leg: LegId | null): void {
    if (leg !== null) this.#bridge.speaker(leg);
    this.#feed(recording).assign(name, leg);
  }

  pause(recording: number, reason: PauseReason): void {
    this.#feed(recording).pause(reason);
  }

  resume(recording: number): void {
    this.#feed(recording).resume();
  }

  mark(recording: number, kind: MarkKind): void {
    this.#feed(recording).mark(kind);
  }

  /** Tells a new recorder what the one before it had not written. */
  replay(recording: number): void {
    if (!this.#link.replay(recording)) throw new MixerError('recording-failed', 'No such recording is running');
  }

  stop(recording: number): void {
    this.#bridge.removeTap(recording);
    if (!this.#link.end(recording)) throw new MixerError('recording-failed', 'the recording has failed already');
  }

  /** Sends what this tick has brought; call once per tick. */
  flush(): void {
    this.#link.flush();
  }

  #feed(recording: number): RecordingFeed {
    const feed = this.#link.feed(recording);
    if (!feed) throw new MixerError('recording-failed', 'No such recording is running');
    return feed;
  }
}
