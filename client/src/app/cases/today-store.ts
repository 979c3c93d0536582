import { computed, effect, inject, Injectable, signal, untracked } from '@angular/core';
import type { TodayView } from '#contracts/cases.contract';
import type { CategoryCode } from '#contracts/ids.contract';
import { Api } from '../platform/api';
import { Language } from '../platform/language';
import { Session } from '../platform/session';
import { SocketLink } from '../platform/socket-link';

/** One refetch answers a burst of news. */
const GATHER_NEWS_MS = 150;

/** Today's list of this agent. */
@Injectable({ providedIn: 'root' })
export class TodayStore {
  readonly #api = inject(Api);
  readonly #link = inject(SocketLink);
  readonly #session = inject(Session);
  readonly #locale = inject(Language).locale;

  readonly #today = signal<TodayView | null>(null);
  readonly #isBusy = signal(false);
  readonly #error = signal<unknown>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;

  readonly today = this.#today.asReadonly();
  readonly rows = computed(() => this.#today()?.rows ?? []);
  readonly counts = computed(() => this.#today()?.counts ?? null);
  readonly categories = computed(() => this.#today()?.categories ?? []);
  readonly isBusy = this.#isBusy.asReadonly();
  readonly error = this.#error.asReadonly();

  readonly #shortNames = computed(
    () => new Map(this.categories().map((category) => [category.code, category.shortName[this.#locale()]])),
  );

  constructor() {
    effect(() => {
      const mayList = this.#session.view() !== null && this.#session.can('cases.list');
      untracked(() => (mayList ? void this.refetch() : this.#today.set(null)));
    });
    this.#link.on('cases:changed', () => this.#refetchSoon());
    this.#link.onReconnect(() => void this.refetch());
  }

  shortNameOf(code: CategoryCode): string {
    return this.#shortNames().get(code) ?? code;
  }

  async refetch(): Promise<void> {
    this.#isBusy.set(true);
    try {
      this.#today.set(await this.#api.get<TodayView>('/api/cases/today'));
      this.#error.set(null);
    } catch (error) {
      this.#error.set(error);
    } finally {
      this.#isBusy.set(false);
    }
  }

  #refetchSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.refetch(), GATHER_NEWS_MS);
  }
}
