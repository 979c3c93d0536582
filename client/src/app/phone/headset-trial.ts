import { computed, inject, Injectable, signal, untracked } from '@angular/core';
import { AudioDevices } from './audio-devices';
import { Microphone, MicrophoneRefused } from './microphone';
import type { MicrophoneProblem } from './phone-state';
import { type LevelReading, SoundLevel } from './sound-level';

export type HeadsetVerdict = 'silent' | 'quiet' | 'good' | 'loud';

const TRIAL_SECONDS = 5;
const ECHO_AFTER_SECONDS = 1;

/** Whether the loudest moment of the trial is right for a call; thresholds are the meter's 0 to 1 (−60 to 0 dB). */
export function headsetVerdict(loudest: number): HeadsetVerdict {
  if (loudest < 0.12) return 'silent';
  if (loudest < 0.4) return 'quiet';
  return loudest < 0.93 ? 'good' : 'loud';
}

/** The person speaks and hears themselves a second later. Nothing is recorded and nothing leaves the browser. */
@Injectable()
export class HeadsetTrial {
  readonly #microphone = inject(Microphone);
  readonly #soundLevel = inject(SoundLevel);
  readonly #devices = inject(AudioDevices);

  readonly #reading = signal<LevelReading | null>(null);
  readonly #secondsLeft = signal(0);
  readonly #deviceName = signal('');
  readonly #loudest = signal<number | null>(null);
  readonly #problem = signal<MicrophoneProblem | null>(null);
  #finish: (() => void) | null = null;

  readonly isRunning = computed(() => this.#reading() !== null);
  readonly level = computed(() => this.#reading()?.level() ?? 0);
  readonly secondsLeft = this.#secondsLeft.asReadonly();
  readonly deviceName = this.#deviceName.asReadonly();
  readonly problem = this.#problem.asReadonly();
  readonly verdict = computed(() => {
    const loudest = this.#loudest();
    return loudest === null ? null : headsetVerdict(loudest);
  });

  async start(): Promise<void> {
    this.stop();
    this.#problem.set(null);
    this.#loudest.set(null);
    try {
      this.#run(await this.#microphone.open());
    } catch (error) {
      this.#problem.set(error instanceof MicrophoneRefused ? error.problem : 'in-use');
    }
  }

  stop(): void {
    this.#finish?.();
    this.#finish = null;
  }

  #run(track: MediaStreamTrack): void {
    const stream = new MediaStream([track]);
    const reading = this.#soundLevel.read(stream);
    const silence = this.#echo(stream);
    this.#deviceName.set(track.label);
    this.#reading.set(reading);
    this.#secondsLeft.set(TRIAL_SECONDS);
    let loudest = 0;
    const watch = setInterval(() => (loudest = Math.max(loudest, untracked(reading.level))), 80);
    const countdown = setInterval(() => {
      this.#secondsLeft.update((seconds) => seconds - 1);
      if (this.#secondsLeft() <= 0) this.stop();
    }, 1_000);
    this.#finish = () => {
      clearInterval(watch);
      clearInterval(countdown);
      reading.stop();
      silence();
      track.stop();
      this.#reading.set(null);
      this.#loudest.set(loudest);
    };
  }

  #echo(stream: MediaStream): () => void {
    const context = this.#soundLevel.context();
    const source = context.createMediaStreamSource(stream);
    const delay = new DelayNode(context, { delayTime: ECHO_AFTER_SECONDS, maxDelayTime: ECHO_AFTER_SECONDS });
    const exit = new MediaStreamAudioDestinationNode(context);
    source.connect(delay).connect(exit);
    const player = new Audio();
    player.srcObject = exit.stream;
    const output = this.#devices.chosenId('output');
    const route = output ? player.setSinkId(output).catch(() => undefined) : Promise.resolve();
    void route.then(() => player.play()).catch(() => undefined);
    return () => {
      source.disconnect();
      player.srcObject = null;
    };
  }
}
