import { computed, inject, Injectable, signal } from '@angular/core';
import { Shortcuts } from '../platform/shortcuts';
import type { IconName } from './icons.generated';

export const TOAST_STAYS_MS = 5_000;
const STEP_MS = 250;

export interface Toast {
  /** What happened and what follows. */
  readonly text: string;
  readonly icon?: IconName;
  /** Takes it back; offered for 5 s, also on Ctrl+Z. */
  readonly undo?: () => void;
}

/** One at a time, five seconds; hovering or focusing stops the clock. Errors are not toasts. */
@Injectable({ providedIn: 'root' })
export class Toasts {
  readonly #shortcuts = inject(Shortcuts);
  readonly #current = signal<Toast | null>(null);
  readonly #leftMs = signal(0);
  readonly #isPaused = signal(false);
  #timer: ReturnType<typeof setInterval> | undefined;
  #giveBackKey: (() => void) | undefined;

  readonly current = this.#current.asReadonly();
  /** Share of the time that is left, 1 to 0. */
  readonly left = computed(() => this.#leftMs() / TOAST_STAYS_MS);
  readonly secondsLeft = computed(() => Math.ceil(this.#leftMs() / 1000));

  show(toast: Toast): void {
    this.dismiss();
    this.#current.set(toast);
    this.#leftMs.set(TOAST_STAYS_MS);
    this.#timer = setInterval(() => this.#step(), STEP_MS);
    if (toast.undo) this.#giveBackKey = this.#shortcuts.register('Ctrl+Z', () => this.undo(), { inTextFields: false });
  }

  undo(): void {
    const undo = this.#current()?.undo;
    this.dismiss();
    undo?.();
  }

  dismiss(): void {
    clearInterval(this.#timer);
    this.#giveBackKey?.();
    this.#giveBackKey = undefined;
    this.#isPaused.set(false);
    this.#current.set(null);
  }

  pause(isPaused: boolean): void {
    this.#isPaused.set(isPaused);
  }

  #step(): void {
    if (this.#isPaused()) return;
    this.#leftMs.update((left) => left - STEP_MS);
    if (this.#leftMs() <= 0) this.dismiss();
  }
}
