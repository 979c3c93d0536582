import { inject, Injectable } from '@angular/core';
import { AudioDevices } from './audio-devices';
import type { MicrophoneProblem } from './phone-state';

/** Set to `off` to get the microphone as it is: tone measurements need it, and so do some headsets with their own processing. */
export const PROCESSING_KEY = 'kk.phone.processing';

/** The browser gave no microphone. */
export class MicrophoneRefused extends Error {
  readonly problem: MicrophoneProblem;

  constructor(problem: MicrophoneProblem, options?: ErrorOptions) {
    super(`no microphone: ${problem}`, options);
    this.name = 'MicrophoneRefused';
    this.problem = problem;
  }
}

/** Opens the chosen microphone. */
@Injectable({ providedIn: 'root' })
export class Microphone {
  readonly #devices = inject(AudioDevices);

  /** Throws MicrophoneRefused with what stands in the way. */
  async open(): Promise<MediaStreamTrack> {
    // mediaDevices is undefined on a page that is neither https nor loopback, whatever the DOM types say.
    const media = navigator.mediaDevices as MediaDevices | undefined;
    if (!media) throw new MicrophoneRefused('insecure-page');
    await this.#devices.refresh();
    try {
      return await this.#ask(media, this.#devices.chosenId('input'));
    } catch (cause) {
      throw new MicrophoneRefused(problemOf(cause), { cause });
    } finally {
      // Labels are empty until the person has allowed the microphone once.
      void this.#devices.refresh();
    }
  }

  isProcessed(): boolean {
    return localStorage.getItem(PROCESSING_KEY) !== 'off';
  }

  setProcessed(processed: boolean): void {
    localStorage.setItem(PROCESSING_KEY, processed ? 'on' : 'off');
  }

  async #ask(media: MediaDevices, deviceId: string | null): Promise<MediaStreamTrack> {
    const processing = this.isProcessed();
    const audio: MediaTrackConstraints = {
      echoCancellation: processing,
      noiseSuppression: processing,
      autoGainControl: processing,
      ...(deviceId ? { deviceId: { exact: deviceId } } : {}),
    };
    try {
      const [track] = (await media.getUserMedia({ audio, video: false })).getAudioTracks();
      if (track) return track;
      throw new DOMException('no audio track', 'NotFoundError');
    } catch (cause) {
      const isGone = cause instanceof DOMException && cause.name === 'OverconstrainedError';
      if (deviceId && isGone) return this.#ask(media, null);
      throw cause;
    }
  }
}

function problemOf(cause: unknown): MicrophoneProblem {
  const name = cause instanceof DOMException ? cause.name : '';
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'no-device';
  if (name === 'NotReadableError' || name === 'AbortError') return 'in-use';
  return 'denied';
}
