import { computed, inject, Injectable, signal } from '@angular/core';
import { ProblemText } from '../platform/problem-text';

/** What the top bar asked for and was refused; stays under the bar until it succeeds or is closed. */
@Injectable({ providedIn: 'root' })
export class Refusal {
  readonly #problemText = inject(ProblemText);
  readonly #error = signal<unknown>(undefined);

  readonly sentence = computed(() => (this.#error() === undefined ? undefined : this.#problemText.of(this.#error())));

  /** Runs what a control asks for; a refusal is shown instead of thrown. */
  async attempt(work: () => Promise<void>): Promise<void> {
    this.close();
    try {
      await work();
    } catch (error) {
      this.#error.set(error);
    }
  }

  close(): void {
    this.#error.set(undefined);
  }
}
