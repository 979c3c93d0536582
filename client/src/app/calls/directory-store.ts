import { computed, inject, Injectable, signal } from '@angular/core';
import type { DirectoryView, InvitablePerson } from '#contracts/directory.contract';
import { Api } from '../platform/api';
import { Session } from '../platform/session';

/** Whom an agent can bring into a call. Asked for anew each time it is looked at: who is free changes by the minute. */
@Injectable({ providedIn: 'root' })
export class DirectoryStore {
  readonly #api = inject(Api);
  readonly #session = inject(Session);
  readonly #view = signal<DirectoryView | null>(null);
  readonly #error = signal<unknown>(null);

  readonly isLoaded = computed(() => this.#view() !== null);
  readonly error = this.#error.asReadonly();
  readonly interpreters = computed(() => this.#people('interpreter'));
  readonly interpreterLines = computed(() => this.#view()?.entries.filter(({ kind }) => kind === 'interpreter') ?? []);
  readonly colleagues = computed(() => [...this.#people('agent'), ...this.#people('supervisor')]);
  readonly sections = computed(() => this.#view()?.entries.filter(({ kind }) => kind !== 'interpreter') ?? []);

  async load(): Promise<void> {
    this.#error.set(null);
    try {
      this.#view.set(await this.#api.get<DirectoryView>('/api/directory'));
    } catch (error) {
      this.#error.set(error);
    }
  }

  /** Those who can be rung now first. */
  #people(role: InvitablePerson['role']): InvitablePerson[] {
    const me = this.#session.user()?.id;
    const people = this.#view()?.people.filter((person) => person.role === role && person.userId !== me) ?? [];
    return people.sort((a, b) => Number(b.canJoin) - Number(a.canJoin) || a.name.localeCompare(b.name, 'ja'));
  }
}
