import { Injectable, type Signal, signal } from '@angular/core';

/** About 12 readings a second: livelier than the eye needs, cheap for a desk that is open all day. */
const READ_EVERY_MS = 80;
/** What counts as silence, in dB relative to full scale; a meter shows from here (0) to full scale (1). */
const FLOOR_DB = -60;

/** Loudness of samples between -1 and 1 as a meter's 0 to 1, linear in dB. */
export function meterValue(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const level = 10 * Math.log10(sum / Math.max(1, samples.length) + 1e-12);
  return Math.round(Math.min(1, Math.max(0, 1 - level / FLOOR_DB)) * 100) / 100;
}

export interface LevelReading {
  readonly level: Signal<number>;
  stop(): void;
}

/** Measures how loud a stream is. */
@Injectable({ providedIn: 'root' })
export class SoundLevel {
  #context: AudioContext | null = null;

  /** Reads until stopped. The stream is listened to, never changed or kept. */
  read(stream: MediaStream): LevelReading {
    const context = this.context();
    const source = context.createMediaStreamSource(stream);
    const analyser = new AnalyserNode(context, { fftSize: 1024, smoothingTimeConstant: 0 });
    source.connect(analyser);
    const level = signal(0);
    const samples = new Float32Array(analyser.fftSize);
    const timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      level.set(meterValue(samples));
    }, READ_EVERY_MS);
    const stop = (): void => {
      clearInterval(timer);
      source.disconnect();
      level.set(0);
    };
    return { level: level.asReadonly(), stop };
  }

  /** The page's one audio context. Browsers start it only after a key or a click; until then levels read 0. */
  context(): AudioContext {
    this.#context ??= new AudioContext({ latencyHint: 'interactive' });
    const context = this.#context;
    if (context.state === 'suspended') {
      void context.resume();
      const resume = (): void => void context.resume();
      document.addEventListener('pointerdown', resume, { once: true });
      document.addEventListener('keydown', resume, { once: true });
    }
    return context;
  }
}
