import { computed, inject, Injectable, signal } from '@angular/core';
import type { LiveCallsView, LiveCallView } from '#contracts/live-calls.contract';
import type { CallId } from '#contracts/ids.contract';
import type { SupervisionMode } from '#contracts/parties.contract';
import { Api } from '../platform/api';
import { Clock } from '../platform/clock';
import { SocketLink } from '../platform/socket-link';

/** Every running call of the centre, for those who watch. The order is that of their beginning: rows stay where they are. */
@Injectable()
export class LiveCallsStore {
  readonly #api = inject(Api);
  readonly #link = inject(SocketLink);
  readonly #clock = inject(Clock);
  readonly #calls = signal<ReadonlyMap<CallId, LiveCallView> | null>(null);
  readonly #error = signal<unknown>(null);
  readonly #pending = signal<CallId | null>(null);

  readonly isLoaded = computed(() => this.#calls() !== null);
  readonly error = this.#error.asReadonly();
  readonly pending = this.#pending.asReadonly();
  readonly calls = computed(() =>
    [...(this.#calls()?.values() ?? [])].sort((a, b) => a.startedAt.localeCompare(b.startedAt) || a.id.localeCompare(b.id)),
  );
  /** The one call this supervisor takes part in. */
  readonly mine = computed(() => this.calls().find(({ supervision }) => supervision !== null) ?? null);

  /** Begins to follow; the function returned stops. */
  follow(): () => void {
    void this.refetch();
    const stops = [
      this.#link.on('live-call:changed', (call) => this.#take(call)),
      this.#link.onReconnect(() => void this.refetch()),
    ];
    return () => stops.forEach((stop) => stop());
  }

  async refetch(): Promise<void> {
    try {
      const view = await this.#api.get<LiveCallsView>('/api/calls/live');
      this.#clock.sync(view.serverTime);
      this.#calls.set(new Map(view.calls.map((call) => [call.id, call])));
      this.#error.set(null);
    } catch (error) {
      this.#error.set(error);
    }
  }

  async supervise(callId: CallId, mode: SupervisionMode | null, isHidden: boolean): Promise<void> {
    await this.#send(callId, () => this.#link.command('live-call:supervise', { callId, mode, isHidden }));
  }

  /** Resolves with whether the call is this supervisor's own now. */
  async takeOver(callId: CallId): Promise<boolean> {
    return this.#send(callId, () => this.#link.command('live-call:take-over', { callId }));
  }

  async #send(callId: CallId, command: () => Promise<LiveCallView>): Promise<boolean> {
    if (this.#pending() !== null) return false;
    this.#pending.set(callId);
    this.#error.set(null);
    try {
      this.#take(await command());
      return true;
    } catch (error) {
      this.#error.set(error);
      return false;
    } finally {
      this.#pending.set(null);
    }
  }

  #take(call: LiveCallView): void {
    this.#calls.update((before) => {
      const calls = new Map(before);
      const known = calls.get(call.id);
      if (known && known.version > call.version) return calls;
      if (call.phase === 'done' || call.phase === 'wrap-up') calls.delete(call.id);
      else calls.set(call.id, call);
      return calls;
    });
  }
}
