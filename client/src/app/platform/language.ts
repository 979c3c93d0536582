import { DOCUMENT, inject, Injectable, signal } from '@angular/core';
import { TranslocoService } from '@jsverse/transloco';
import type { Locale } from '#contracts/users.contract';
import { isRemembered, readRemembered, remember } from './remembered';

export const LOCALES = ['ja', 'en'] as const satisfies readonly Locale[];

/** The language of the screen: Japanese until chosen otherwise, remembered in this browser. */
@Injectable({ providedIn: 'root' })
export class Language {
  readonly #transloco = inject(TranslocoService);
  readonly #document = inject(DOCUMENT);
  readonly #locale = signal<Locale>(readRemembered<Locale>('locale', LOCALES, 'ja'));

  readonly locale = this.#locale.asReadonly();

  constructor() {
    this.#apply(this.#locale());
  }

  choose(locale: Locale): void {
    remember('locale', locale);
    this.#locale.set(locale);
    this.#apply(locale);
  }

  /** Takes a person's own language at log-in, unless this browser was told otherwise. */
  adopt(locale: Locale): void {
    if (!isRemembered('locale')) this.choose(locale);
  }

  #apply(locale: Locale): void {
    this.#document.documentElement.lang = locale;
    this.#transloco.setActiveLang(locale);
  }
}
