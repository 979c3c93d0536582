import { DOCUMENT, inject, Injectable, signal } from '@angular/core';
import { readRemembered, remember } from './remembered';

export const THEMES = ['light', 'dark', 'system'] as const;
export type Theme = (typeof THEMES)[number];

export const TEXT_SIZES = ['standard', 'large', 'largest'] as const;
export type TextSize = (typeof TEXT_SIZES)[number];

/** Theme and text size, remembered in this browser; tokens.css and elements.css read them from <html>. */
@Injectable({ providedIn: 'root' })
export class Appearance {
  readonly #root = inject(DOCUMENT).documentElement;
  readonly #theme = signal<Theme>(readRemembered('theme', THEMES, 'light'));
  readonly #textSize = signal<TextSize>(readRemembered('text-size', TEXT_SIZES, 'standard'));

  readonly theme = this.#theme.asReadonly();
  readonly textSize = this.#textSize.asReadonly();

  constructor() {
    this.#root.dataset['theme'] = this.#theme();
    this.#root.dataset['textSize'] = this.#textSize();
  }

  chooseTheme(theme: Theme): void {
    remember('theme', theme);
    this.#theme.set(theme);
    this.#root.dataset['theme'] = theme;
  }

  /** A screen with a theme of its own (a wallboard), not remembered. Returns what gives the person's theme back. */
  override(theme: Theme): () => void {
    this.#root.dataset['theme'] = theme;
    return () => (this.#root.dataset['theme'] = this.#theme());
  }

  chooseTextSize(size: TextSize): void {
    remember('text-size', size);
    this.#textSize.set(size);
    this.#root.dataset['textSize'] = size;
  }
}
