import { type EnvironmentProviders, importProvidersFrom } from '@angular/core';
import { TranslocoTestingModule } from '@jsverse/transloco';
import en from '../../../public/i18n/en.json';
import ja from '../../../public/i18n/ja.json';
import recordingsEn from '../../../public/i18n/recordings/en.json';
import recordingsJa from '../../../public/i18n/recordings/ja.json';
import wallboardEn from '../../../public/i18n/wallboard/en.json';
import wallboardJa from '../../../public/i18n/wallboard/ja.json';

/** The real words, loaded at once: specs look for what a person reads. */
export function provideTranslations(): EnvironmentProviders {
  return importProvidersFrom(
    TranslocoTestingModule.forRoot({
      langs: {
        ja,
        en,
        'recordings/ja': recordingsJa,
        'recordings/en': recordingsEn,
        'wallboard/ja': wallboardJa,
        'wallboard/en': wallboardEn,
      },
      translocoConfig: { availableLangs: ['ja', 'en'], defaultLang: 'ja', reRenderOnLangChange: true },
      preloadLangs: true,
    }),
  );
}
