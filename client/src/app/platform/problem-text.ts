import { inject, Injectable } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { TranslocoService } from '@jsverse/transloco';
import { scan } from 'rxjs';
import { ProblemError } from './problem';

/** What a person reads: what happened, the way out, and the number to quote. */
export interface ProblemSentence {
  readonly what: string;
  readonly wayOut: string;
  readonly number: string | undefined;
}

@Injectable({ providedIn: 'root' })
export class ProblemText {
  readonly #transloco = inject(TranslocoService);
  /** Counts loaded words and switches of language, so that a computed sentence follows them. */
  readonly #changes = toSignal(this.#transloco.events$.pipe(scan((count) => count + 1, 0)));

  /** Translates any thrown thing by its code; an unknown one reads as `internal.error`. Reactive inside a computed. */
  of(error: unknown): ProblemSentence {
    this.#changes();
    const code = error instanceof ProblemError ? error.code : 'internal.error';
    const key = `problem.${code.replaceAll('.', '_')}`;
    return {
      what: this.#transloco.translate(`${key}.what`),
      wayOut: this.#transloco.translate(`${key}.way_out`),
      number: error instanceof ProblemError ? error.number : undefined,
    };
  }
}
