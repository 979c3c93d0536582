import type { Logger } from 'pino';
import type { CallId } from '#contracts/ids.contract';
import type { ChannelName, MarkKind, PauseReason } from '#contracts/recordings.contract';
import { codeOf } from '../error-code.ts';
import type { Clock } from '../ports/clock.port.ts';
import { toInstant } from '../ports/clock.port.ts';
import type { LegId, Mixer, RecordingChannel, RecordingReceipt } from '../ports/mixer.port.ts';

/** Recordings lie in one folder per day (UTC). */
export const recordingFile = (call: CallId, atMs: number): string => `${toInstant(atMs).slice(0, 10)}/${call}.recording`;

/** Closing a recording syncs it. The mixer has a limit of its own; this one is for a mixer that forgot. */
const STOP_TIMEOUT_MS = 75_000;

/** What becomes of a recording. */
export interface RecordingEvents {
  onStopped(receipt: RecordingReceipt): void;
  /** It could not be begun or closed. The reason carries no personal data. */
  onFailed(reason: string): void;
}

/** The recording of one call: what it is told happens one after another, and nothing before it has begun. */
export class CallRecording {
  readonly #callId: CallId;
  readonly #mixer: Mixer;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #events: RecordingEvents;
  #chain: Promise<void> = Promise.resolve();

  constructor(
    callId: CallId,
    { mixer, clock, log }: { readonly mixer: Mixer; readonly clock: Clock; readonly log: Logger },
    events: RecordingEvents,
  ) {
    this.#callId = callId;
    this.#mixer = mixer;
    this.#clock = clock;
    this.#log = log;
    this.#events = events;
  }

  start(channels: readonly RecordingChannel[]): void {
    const file = recordingFile(this.#callId, this.#clock.nowMs());
    this.#chain = this.#mixer.startRecording(this.#callId, file, channels).catch((error: unknown) => {
      this.#log.error({ code: codeOf(error) }, 'The recording could not be started');
      this.#events.onFailed(`The recording could not be started (${codeOf(error)}).`);
    });
  }

  assign(name: ChannelName, leg: LegId | null): void {
    this.#then('A channel of the recording could not be assigned', () => this.#mixer.assignChannel(this.#callId, name, leg));
  }

  /** Whoever asked for a pause was promised that nothing is written: a recording that cannot pause is given up. */
  pause(reason: PauseReason): void {
    this.#then('The recording could not be paused', () => this.#mixer.pauseRecording(this.#callId, reason));
  }

  resume(): void {
    this.#then('The recording could not be resumed', () => this.#mixer.resumeRecording(this.#callId));
  }

  /** A marker that is lost costs nothing but comfort. */
  mark(kind: MarkKind): void {
    this.#chain = this.#chain
      .then(() => this.#mixer.mark(this.#callId, kind))
      .catch((error: unknown) => {
        this.#log.warn({ code: codeOf(error), kind }, 'A marker could not be set in the recording');
      });
  }

  async stop(): Promise<void> {
    let cancel: () => void = () => undefined;
    const timeout = new Promise<never>((_resolve, reject) => {
      cancel = this.#clock.schedule(STOP_TIMEOUT_MS, () => {
        reject(new Error('The recorder did not answer in time'));
      });
    });
    try {
      const stopped = this.#chain.then(() => this.#mixer.stopRecording(this.#callId));
      this.#events.onStopped(await Promise.race([stopped, timeout]));
    } catch (error) {
      this.#log.error({ code: codeOf(error) }, 'The recording could not be closed');
      this.#events.onFailed(`The recording could not be closed (${codeOf(error)}).`);
    } finally {
      cancel();
    }
  }

  #then(failure: string, task: () => Promise<void>): void {
    this.#chain = this.#chain.then(task).catch((error: unknown) => {
      this.#log.error({ code: codeOf(error) }, failure);
      this.#events.onFailed(`${failure} (${codeOf(error)}).`);
    });
  }
}
