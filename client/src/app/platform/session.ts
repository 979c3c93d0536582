import { computed, inject, Injectable, signal } from '@angular/core';
import type { LogIn, Permission, SessionView } from '#contracts/users.contract';
import { Api } from './api';
import { Clock } from './clock';
import { ProblemError } from './problem';

/** Who is logged in and what they may do. Hiding by permission is courtesy: the server decides. */
@Injectable({ providedIn: 'root' })
export class Session {
  readonly #api = inject(Api);
  readonly #clock = inject(Clock);
  readonly #view = signal<SessionView | null>(null);
  #loading: Promise<SessionView | null> | undefined;

  readonly view = this.#view.asReadonly();
  readonly user = computed(() => this.#view()?.user ?? null);
  readonly isDemo = computed(() => this.#view()?.demo ?? false);
  readonly centre = computed(() => this.#view()?.centre ?? '');
  readonly #permissions = computed(() => new Set(this.#view()?.permissions));

  can(permission: Permission): boolean {
    return this.#permissions().has(permission);
  }

  /** The session of this browser's cookie, asked once; null when nobody is logged in. */
  load(): Promise<SessionView | null> {
    this.#loading ??= this.#fetch();
    return this.#loading;
  }

  async logIn(credentials: LogIn): Promise<SessionView> {
    const view = await this.#api.post<SessionView>('/api/session', credentials);
    this.#loading = Promise.resolve(view);
    return this.#take(view);
  }

  /** Ends the session on the server, then here. */
  async logOut(): Promise<void> {
    await this.#api.delete('/api/session');
    this.forget();
  }

  /** The server ended the session: forget it here. */
  forget(): void {
    this.#view.set(null);
    this.#loading = Promise.resolve(null);
  }

  async #fetch(): Promise<SessionView | null> {
    try {
      return this.#take(await this.#api.get<SessionView>('/api/session'));
    } catch (error) {
      // Nobody is logged in, which is an answer; anything else may be asked again.
      if (!(error instanceof ProblemError && error.code === 'session.required')) this.#loading = undefined;
      return null;
    }
  }

  #take(view: SessionView): SessionView {
    this.#clock.sync(view.serverTime);
    this.#view.set(view);
    return view;
  }
}
