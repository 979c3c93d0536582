import { TestBed } from '@angular/core/testing';
import { TranslocoService } from '@jsverse/transloco';
import { Appearance } from './appearance';
import { Language } from './language';
import { provideTranslations } from './translations.testing';

describe('the settings of a screen', () => {
  const root = document.documentElement;

  beforeEach(() => {
    localStorage.clear();
    TestBed.configureTestingModule({ providers: [provideTranslations()] });
  });
  afterEach(() => {
    localStorage.clear();
    delete root.dataset['theme'];
    delete root.dataset['textSize'];
    root.lang = 'ja';
  });

  it('begin in Japanese, light and at standard size', () => {
    expect(TestBed.inject(Language).locale()).toBe('ja');
    expect(TestBed.inject(Appearance).theme()).toBe('light');
    expect(root.lang).toBe('ja');
    expect(root.dataset['textSize']).toBe('standard');
  });

  it('switch the language of the page and remember it', () => {
    TestBed.inject(Language).choose('en');
    expect(root.lang).toBe('en');
    expect(TestBed.inject(TranslocoService).getActiveLang()).toBe('en');
    TestBed.resetTestingModule();
    TestBed.configureTestingModule({ providers: [provideTranslations()] });
    expect(TestBed.inject(Language).locale()).toBe('en');
  });

  it('take the person’s language only when this browser has none of its own', () => {
    const language = TestBed.inject(Language);
    language.adopt('en');
    expect(language.locale()).toBe('en');
    language.adopt('ja');
    expect(language.locale()).toBe('en');
  });

  it('ignore a remembered value that no longer exists', () => {
    localStorage.setItem('kakehashi.theme', 'sepia');
    expect(TestBed.inject(Appearance).theme()).toBe('light');
  });

  it('give the person’s theme back after a screen with its own', () => {
    const appearance = TestBed.inject(Appearance);
    const giveBack = appearance.override('dark');
    expect(root.dataset['theme']).toBe('dark');
    giveBack();
    expect(root.dataset['theme']).toBe('light');
    expect(localStorage.getItem('kakehashi.theme')).toBeNull();
  });

  it('enlarge the text by the root size, so that everything in rem follows', () => {
    TestBed.inject(Appearance).chooseTextSize('largest');
    expect(getComputedStyle(root).fontSize).toBe('20px');
  });
});
