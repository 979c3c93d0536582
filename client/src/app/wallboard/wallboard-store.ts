import { computed, DestroyRef, effect, inject, Injectable, signal } from '@angular/core';
import type { WallboardView } from '#contracts/wallboard.contract';
import { Api } from '../platform/api';
import { Clock } from '../platform/clock';
import { SocketLink } from '../platform/socket-link';
import { freshnessOf } from './freshness';

/** Without news for this long the board asks, before its figures count as late: quiet is not the same as dead. */
const ASK_AFTER_MS = 8_000;
const LOOK_EVERY_MS = 1_000;

/** The board's figures: fetched, then kept current by the socket. Lives as long as the board is on screen. */
@Injectable()
export class WallboardStore {
  readonly #api = inject(Api);
  readonly #link = inject(SocketLink);
  readonly #clock = inject(Clock);
  readonly #board = signal<WallboardView | null>(null);
  readonly #error = signal<unknown>(undefined);

  readonly board = this.#board.asReadonly();
  readonly error = this.#error.asReadonly();
  readonly ageMs = computed(() => {
    const board = this.#board();
    return board ? Math.max(0, this.#clock.now() - Date.parse(board.at)) : 0;
  });
  readonly freshness = computed(() => freshnessOf(this.ageMs()));

  #isAsking = false;

  constructor() {
    const stops = [
      this.#link.on('wallboard:changed', (board) => this.take(board)),
      this.#link.onReconnect(() => void this.refresh()),
    ];
    const timer = setInterval(() => this.ageMs() >= ASK_AFTER_MS && void this.refresh(), LOOK_EVERY_MS);
    inject(DestroyRef).onDestroy(() => {
      clearInterval(timer);
      stops.forEach((stop) => stop());
    });
    void this.refresh();
    effect(() => this.#link.state() === 'online' && void this.#watch());
  }

  /** Fetches the figures; one question at a time. */
  async refresh(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      this.take(await this.#api.get<WallboardView>('/api/wallboard'));
      this.#error.set(undefined);
    } catch (error) {
      this.#error.set(error);
    } finally {
      this.#isAsking = false;
    }
  }

  /** Takes figures unless they are older than those on screen. */
  take(board: WallboardView): void {
    const known = this.#board();
    if (known && board.at < known.at) return;
    this.#board.set(board);
  }

  /** Asks the server to send what changes from here on; a new link has to ask again. */
  async #watch(): Promise<void> {
    try {
      this.take(await this.#link.command('wallboard:watch', {}));
    } catch (error) {
      this.#error.set(error);
    }
  }
}
