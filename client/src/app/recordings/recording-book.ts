import { computed, inject, Injectable, signal } from '@angular/core';
import {
  type HoldKind,
  type RecordingPage,
  type RecordingRow,
  type SearchRecordings,
} from '#contracts/recordings.contract';
import { Api } from '../platform/api';

/** As RECORDINGS_PER_PAGE of the contract, which the client takes types from only. */
const ROWS_PER_PAGE = 50;

const EVERYTHING: SearchRecordings = {
  from: null,
  until: null,
  agentId: null,
  categoryCode: null,
  hasGap: false,
  isHeld: false,
  page: 0,
};

/** The list of recordings: its filter, the page on screen, and what may be done with a row. */
@Injectable()
export class RecordingBook {
  readonly #api = inject(Api);
  readonly #filter = signal<SearchRecordings>(EVERYTHING);
  readonly #page = signal<RecordingPage | null>(null);
  readonly #error = signal<unknown>(null);
  readonly #isBusy = signal(false);
  #asked = 0;

  readonly filter = this.#filter.asReadonly();
  readonly page = this.#page.asReadonly();
  readonly error = this.#error.asReadonly();
  readonly isBusy = this.#isBusy.asReadonly();
  readonly pages = computed(() => Math.max(1, Math.ceil((this.#page()?.total ?? 0) / ROWS_PER_PAGE)));

  /** Narrows the list and shows its first page. */
  async narrow(change: Partial<SearchRecordings>): Promise<void> {
    this.#filter.update((filter) => ({ ...filter, page: 0, ...change }));
    await this.fetch();
  }

  async turn(step: 1 | -1): Promise<void> {
    await this.narrow({ page: Math.min(this.pages() - 1, Math.max(0, this.#filter().page + step)) });
  }

  /** Only the answer to the latest question counts. */
  async fetch(): Promise<void> {
    this.#asked += 1;
    const mine = this.#asked;
    this.#isBusy.set(true);
    try {
      const page = await this.#api.post<RecordingPage>('/api/recordings/search', this.#filter());
      if (mine !== this.#asked) return;
      this.#page.set(page);
      this.#error.set(null);
    } catch (error) {
      if (mine === this.#asked) this.#error.set(error);
    } finally {
      if (mine === this.#asked) this.#isBusy.set(false);
    }
  }

  /** @throws ProblemError */
  async hold({ callId, holds }: RecordingRow, kind: HoldKind): Promise<void> {
    const isHeld = !holds.includes(kind);
    const row = await this.#api.post<RecordingRow>(`/api/recordings/${encodeURIComponent(callId)}/holds`, { kind, isHeld });
    this.#page.update((page) => page && { ...page, rows: page.rows.map((one) => (one.callId === callId ? row : one)) });
  }

  /** @throws ProblemError */
  async delete({ callId }: RecordingRow): Promise<void> {
    await this.#api.delete(`/api/recordings/${encodeURIComponent(callId)}`);
    await this.fetch();
  }
}
