import { inject, Injectable } from '@angular/core';
import { TranslocoService } from '@jsverse/transloco';
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

  /** Translates any thrown thing by its code; an unknown one reads as `internal.error`. */
  of(error: unknown): ProblemSentence {
    const code = error instanceof ProblemError ? error.code : 'internal.error';
    const key = `problem.${code.replaceAll('.', '_')}`;
    return {
      what: this.#transloco.translate(`${key}.what`),
      wayOut: this.#transloco.translate(`${key}.way_out`),
      number: error instanceof ProblemError ? error.number : undefined,
    };
  }
}
