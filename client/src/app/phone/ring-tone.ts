import { inject, Injectable } from '@angular/core';
import { AudioDevices } from './audio-devices';

/** A 400 Hz tone trembling at 16 Hz, one second on and two off: the ring of Japanese telephones. */
const TONE_HZ = 400;
const TREMBLE_HZ = 16;
const ON_SECONDS = 1;
const CYCLE_SECONDS = 3;
const VOLUME = 0.12;

/** Rings on the chosen ring device, without a sound file. */
@Injectable({ providedIn: 'root' })
export class RingTone {
  readonly #devices = inject(AudioDevices);
  #ringing: AudioContext | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;

  start(): void {
    if (this.#ringing) return;
    const context = new AudioContext();
    this.#ringing = context;
    void useSink(context, this.#devices.chosenId('ring') ?? this.#devices.chosenId('output')).then(() => context.resume());
    ringOnce(context);
    this.#timer = setInterval(() => ringOnce(context), CYCLE_SECONDS * 1_000);
  }

  stop(): void {
    clearInterval(this.#timer);
    const context = this.#ringing;
    this.#ringing = null;
    if (context) void context.close();
  }
}

function ringOnce(context: AudioContext): void {
  const start = context.currentTime + 0.02;
  const end = start + ON_SECONDS;
  const tone = new OscillatorNode(context, { frequency: TONE_HZ });
  const tremble = new OscillatorNode(context, { frequency: TREMBLE_HZ });
  const depth = new GainNode(context, { gain: VOLUME / 2 });
  const volume = new GainNode(context, { gain: VOLUME / 2 });
  tremble.connect(depth).connect(volume.gain);
  tone.connect(volume).connect(context.destination);
  for (const oscillator of [tone, tremble]) {
    oscillator.start(start);
    oscillator.stop(end);
  }
}

/** AudioContext.setSinkId (W3C Web Audio 1.1) is not in every browser: without it the ring uses the system's default. */
async function useSink(context: AudioContext, id: string | null): Promise<void> {
  if (!id || !('setSinkId' in context)) return;
  // The DOM types do not know the method yet.
  const routed = context as AudioContext & { setSinkId(id: string): Promise<void> };
  await routed.setSinkId(id).catch(() => undefined);
}
