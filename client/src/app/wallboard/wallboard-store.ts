import { computed, DestroyRef, inject, Injectable, signal } from '@angular/core';
import type { WallboardView } from '#contracts/wallboard.contract';
import { Api } from '../platform/api';
import { Clock } from '../platform/clock';
import { SocketLink } from '../platform/socket-link';
import { freshnessOf } from './freshness';

/** A quiet floor sends no news; asking again shows that the figures are still true, and not that the board is dead. */
const ASK_AGAIN_MS = 5_000;

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

  constructor() {
    const stops = [
      this.#link.on('wallboard:changed', (board) => this.take(board)),
      this.#link.onReconnect(() => void this.refresh()),
    ];
    const timer = setInterval(() => this.ageMs() >= ASK_AGAIN_MS && void this.refresh(), ASK_AGAIN_MS / 2);
    inject(DestroyRef).onDestroy(() => {
      clearInterval(timer);
      stops.forEach((stop) => stop());
    });
    void this.refresh();
  }

  /** Fetches the figures and asks the server to send what changes from here on. */
  async refresh(): Promise<void> {
    try {
      this.take(await this.#api.get<WallboardView>('/api/wallboard'));
      this.#error.set(undefined);
      if (this.#link.state() === 'online') this.take(await this.#link.command('wallboard:watch', {}));
    } catch (error) {
      this.#error.set(error);
    }
  }

  /** Takes figures unless they are older than those on screen. */
  take(board: WallboardView): void {
    const known = this.#board();
    if (known && board.at < known.at) return;
    this.#board.set(board);
  }
}
