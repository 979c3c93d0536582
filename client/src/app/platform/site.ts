import { inject, Injectable, signal } from '@angular/core';
import type { SiteView } from '#contracts/users.contract';
import { Api } from './api';
import { Clock } from './clock';

/** What may be known before anybody is logged in: the centre, its hours, whether this is a demonstration. */
@Injectable({ providedIn: 'root' })
export class Site {
  readonly #api = inject(Api);
  readonly #clock = inject(Clock);
  readonly #view = signal<SiteView | null>(null);
  readonly #isUnreachable = signal(false);

  readonly view = this.#view.asReadonly();
  readonly isUnreachable = this.#isUnreachable.asReadonly();

  async load(): Promise<void> {
    try {
      const view = await this.#api.get<SiteView>('/api/site');
      this.#clock.sync(view.serverTime);
      this.#view.set(view);
      this.#isUnreachable.set(false);
    } catch {
      this.#isUnreachable.set(true);
    }
  }
}
