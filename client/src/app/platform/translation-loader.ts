import { HttpClient } from '@angular/common/http';
import { inject, Injectable } from '@angular/core';
import type { Translation, TranslocoLoader } from '@jsverse/transloco';

/** `ja` is the shell's file; a scope asks for `calls/ja`. All from client/public/i18n, on our own server. */
@Injectable({ providedIn: 'root' })
export class TranslationLoader implements TranslocoLoader {
  readonly #http = inject(HttpClient);

  getTranslation(path: string) {
    return this.#http.get<Translation>(`/i18n/${path}.json`);
  }
}
