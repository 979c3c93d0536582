import { provideHttpClient } from '@angular/common/http';
import {
  type ApplicationConfig,
  inject,
  isDevMode,
  provideAppInitializer,
  provideBrowserGlobalErrorListeners,
  provideZonelessChangeDetection,
} from '@angular/core';
import { provideRouter, TitleStrategy, withComponentInputBinding } from '@angular/router';
import { provideTransloco, TranslocoService } from '@jsverse/transloco';
import { firstValueFrom } from 'rxjs';
import { routes } from './app.routes';
import { Appearance } from './platform/appearance';
import { Language, LOCALES } from './platform/language';
import { PageTitle } from './platform/page-title';
import { TranslationLoader } from './platform/translation-loader';

/** The words are there before the first screen is drawn, so that no key is ever seen. */
function prepareScreen(): Promise<unknown> {
  inject(Appearance);
  const language = inject(Language);
  return firstValueFrom(inject(TranslocoService).load(language.locale()));
}

export const appConfig: ApplicationConfig = {
  providers: [
    provideBrowserGlobalErrorListeners(),
    provideZonelessChangeDetection(),
    provideHttpClient(),
    provideRouter(routes, withComponentInputBinding()),
    { provide: TitleStrategy, useExisting: PageTitle },
    provideTransloco({
      config: {
        availableLangs: [...LOCALES],
        defaultLang: 'ja',
        reRenderOnLangChange: true,
        // A state without a hint has an empty text on purpose; an absent key is caught by scripts/translations.spec.ts.
        missingHandler: { allowEmpty: true },
        prodMode: !isDevMode(),
      },
      loader: TranslationLoader,
    }),
    provideAppInitializer(prepareScreen),
  ],
};
