import { DOCUMENT, inject, Injectable } from '@angular/core';
import { AudioDevices } from './audio-devices';

/** Plays the other side on the chosen output. The element lives beside the app, so that no change of page interrupts the sound. */
@Injectable({ providedIn: 'root' })
export class RemoteAudio {
  readonly #document = inject(DOCUMENT);
  readonly #devices = inject(AudioDevices);
  #element: HTMLAudioElement | null = null;

  play(stream: MediaStream): void {
    const element = this.#ensureElement();
    element.srcObject = stream;
    void this.followOutput();
    element.play().catch(() => this.#playOnNextGesture(element));
  }

  silence(): void {
    if (this.#element) this.#element.srcObject = null;
  }

  /** Moves the sound to the chosen output; stays where it is when the browser refuses the device. */
  async followOutput(): Promise<void> {
    const id = this.#devices.chosenId('output') ?? '';
    const element = this.#element;
    if (element && element.sinkId !== id) await element.setSinkId(id).catch(() => undefined);
  }

  #ensureElement(): HTMLAudioElement {
    if (this.#element) return this.#element;
    const element = this.#document.createElement('audio');
    element.dataset['testid'] = 'remote-audio';
    element.autoplay = true;
    element.hidden = true;
    this.#document.body.append(element);
    this.#element = element;
    return element;
  }

  #playOnNextGesture(element: HTMLAudioElement): void {
    const play = (): void => void element.play().catch(() => undefined);
    this.#document.addEventListener('pointerdown', play, { once: true });
    this.#document.addEventListener('keydown', play, { once: true });
  }
}
