import { inject, Injectable, signal } from '@angular/core';
import type { CaseView } from '#contracts/cases.contract';
import type { CaseId } from '#contracts/ids.contract';
import { Api } from '../platform/api';
import { SocketLink } from '../platform/socket-link';

/** One opened case. Each desk part that shows a case has its own store; opening is recorded by the server. */
@Injectable()
export class CaseStore {
  readonly #api = inject(Api);
  readonly #link = inject(SocketLink);

  readonly #view = signal<CaseView | null>(null);
  readonly #wanted = signal<CaseId | null>(null);
  readonly #isBusy = signal(false);
  readonly #error = signal<unknown>(null);

  readonly view = this.#view.asReadonly();
  readonly wanted = this.#wanted.asReadonly();
  readonly isBusy = this.#isBusy.asReadonly();
  readonly error = this.#error.asReadonly();

  /** Returns what stops listening. */
  listen(): () => void {
    const stops = [
      this.#link.on('cases:changed', ({ caseId }) => (caseId === this.#wanted() ? void this.refetch() : undefined)),
      this.#link.onReconnect(() => void this.refetch()),
    ];
    return () => stops.forEach((stop) => stop());
  }

  /** Shows this case, or none. What was shown of another person goes at once. */
  open(caseId: CaseId | null): void {
    if (caseId === this.#wanted()) return;
    this.#wanted.set(caseId);
    this.#view.set(null);
    this.#error.set(null);
    if (caseId) void this.refetch();
  }

  async refetch(): Promise<void> {
    const caseId = this.#wanted();
    if (!caseId) return;
    this.#isBusy.set(true);
    try {
      const view = await this.#api.get<CaseView>(`/api/cases/${caseId}`);
      if (this.#wanted() !== caseId) return;
      const shown = this.#view();
      if (!shown || view.version >= shown.version) this.#view.set(view);
      this.#error.set(null);
    } catch (error) {
      if (this.#wanted() === caseId) this.#error.set(error);
    } finally {
      if (this.#wanted() === caseId) this.#isBusy.set(false);
    }
  }
}
