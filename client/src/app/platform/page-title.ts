import { computed, effect, inject, Injectable, signal } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { Title } from '@angular/platform-browser';
import { type RouterStateSnapshot, TitleStrategy } from '@angular/router';
import { TranslocoService } from '@jsverse/transloco';
import { scan } from 'rxjs';

/** The window's title: the key of the words given as a route's `title`, and the product's name. Follows the language. */
@Injectable({ providedIn: 'root' })
export class PageTitle extends TitleStrategy {
  readonly #title = inject(Title);
  readonly #transloco = inject(TranslocoService);
  readonly #changes = toSignal(this.#transloco.events$.pipe(scan((count) => count + 1, 0)));
  readonly #key = signal<string | undefined>(undefined);
  readonly #words = computed(() => {
    this.#changes();
    const name = this.#transloco.translate<string>('app.name');
    const key = this.#key();
    return key ? `${this.#transloco.translate<string>(key)} | ${name}` : name;
  });

  constructor() {
    super();
    effect(() => this.#title.setTitle(this.#words()));
  }

  override updateTitle(snapshot: RouterStateSnapshot): void {
    this.#key.set(this.buildTitle(snapshot));
  }
}
