import { GATEWAYS, GatewayHeartbeat } from '#contracts/gateway.contract';
import { GatewayId } from '#contracts/ids.contract';
import type { TelephonyView } from '#contracts/telephony.contract';
import type { Clock } from '../platform/clock.ts';
import type { Redis } from '../platform/database/redis.ts';
import type { ComponentHealth } from '../platform/http/health.ts';

const FRESH_MS = 6_000;
/** Longer than any pause a living gateway takes: its calls are given up after this. */
const LOST_MS = 20_000;

/** Knows from their heartbeats which gateways live. */
export class GatewayWatch {
  readonly #redis: Redis;
  readonly #clock: Clock;
  /** When each gateway was last seen alive, by our own clock. */
  readonly #seenAtMs = new Map<GatewayId, number>();

  constructor(redis: Redis, clock: Clock) {
    this.#redis = redis;
    this.#clock = clock;
  }

  async checkHealth(): Promise<ComponentHealth> {
    const beats = [...(await this.#readHeartbeats()).values()].filter((beat) => this.#isFresh(beat));
    const ready = beats.filter((beat) => !beat.draining);
    return { isReady: ready.length > 0, detail: `${ready.length} ready, ${beats.length - ready.length} draining` };
  }

  /** Every gateway that ever gave a sign of life, in the order of their names. */
  async describe(): Promise<TelephonyView> {
    const beats = [...(await this.#readHeartbeats())].sort(([one], [other]) => one.localeCompare(other));
    return {
      gateways: beats.map(([id, beat]) => ({ id, isAlive: this.#isFresh(beat), ...beat })),
      serverTime: this.#clock.now().toISOString(),
    };
  }

  /** Gateways that were seen alive and have been silent for 20 s. */
  async listLost(): Promise<GatewayId[]> {
    const now = this.#clock.now().getTime();
    for (const [gatewayId, beat] of await this.#readHeartbeats()) {
      if (this.#isFresh(beat) || !this.#seenAtMs.has(gatewayId)) this.#seenAtMs.set(gatewayId, now);
    }
    return [...this.#seenAtMs].filter(([, seenAtMs]) => now - seenAtMs > LOST_MS).map(([gatewayId]) => gatewayId);
  }

  async #readHeartbeats(): Promise<Map<GatewayId, GatewayHeartbeat>> {
    const beats = new Map<GatewayId, GatewayHeartbeat>();
    for (const [field, text] of Object.entries(await this.#redis.hGetAll(GATEWAYS))) {
      const gatewayId = GatewayId.safeParse(field);
      const beat = GatewayHeartbeat.safeParse(JSON.parse(text));
      if (gatewayId.success && beat.success) beats.set(gatewayId.data, beat.data);
    }
    return beats;
  }

  #isFresh(beat: GatewayHeartbeat): boolean {
    return this.#clock.now().getTime() - Date.parse(beat.at) <= FRESH_MS;
  }
}
