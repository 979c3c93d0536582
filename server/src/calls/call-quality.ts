import type { GatewayNews } from '#contracts/gateway.contract';
import type { CallId } from '#contracts/ids.contract';
import type { PartyQuality } from '#contracts/live-calls.contract';
import type { PartyId } from '#contracts/parties.contract';
import type { Clock } from '../platform/clock.ts';

/** What was heard longer ago says nothing about now: three times the interval of the mixer. */
const FRESH_MS = 15_000;

type Heard = PartyQuality & { atMs: number };

/** How well each party of the running calls is received now; kept in memory only. */
export class CallQuality {
  readonly #clock: Clock;
  readonly #heard = new Map<CallId, Map<PartyId, Heard>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  note({ callId, party, lossPct, jitterMs, mos }: GatewayNews): void {
    const parties = this.#heard.get(callId) ?? new Map<PartyId, Heard>();
    parties.set(party, { party, lossPct, jitterMs, mos, atMs: this.#clock.now().getTime() });
    this.#heard.set(callId, parties);
  }

  of(callId: CallId): PartyQuality[] {
    const since = this.#clock.now().getTime() - FRESH_MS;
    return [...(this.#heard.get(callId)?.values() ?? [])]
      .filter(({ atMs }) => atMs >= since)
      .map(({ party, lossPct, jitterMs, mos }) => ({ party, lossPct, jitterMs, mos }));
  }

  forget(callId: CallId): void {
    this.#heard.delete(callId);
  }
}
