import { inject, Injectable, signal } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { TranslocoService } from '@jsverse/transloco';
import { merge } from 'rxjs';

/** Translations for computed signals: they are worked out again when the language changes or its words have arrived. */
@Injectable({ providedIn: 'root' })
export class Words {
  readonly #transloco = inject(TranslocoService);
  readonly #changes = signal(0);

  constructor() {
    merge(this.#transloco.langChanges$, this.#transloco.events$)
      .pipe(takeUntilDestroyed())
      .subscribe(() => this.#changes.update((count) => count + 1));
  }

  say(key: string, values: Record<string, unknown> = {}): string {
    this.#changes();
    return this.#transloco.translate(key, values);
  }
}
