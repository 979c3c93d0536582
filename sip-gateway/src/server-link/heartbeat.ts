import type { GatewayHeartbeat, PhonePresence } from '#contracts/gateway.contract';
import { GATEWAYS, phonePresence } from '#contracts/gateway.contract';
import type { GatewayId, UserId } from '#contracts/ids.contract';
import type { Clock } from '../ports/clock.port.ts';
import { toInstant } from '../ports/clock.port.ts';
import type { PresenceBoard } from '../ports/control.port.ts';
import type { Redis } from './redis-link.ts';

const BEAT_MS = 2_000;
const PRESENCE_REFRESH_MS = 3_000;
const PRESENCE_SECONDS = 10;

/** Shows in Redis that this gateway lives and whose phones it holds. While Redis is down nothing is shown, and nothing breaks. */
export class Heartbeat implements PresenceBoard {
  readonly #redis: Redis;
  readonly #gatewayId: GatewayId;
  readonly #clock: Clock;
  readonly #present = new Map<UserId, number>();
  #timers: NodeJS.Timeout[] = [];

  constructor(redis: Redis, gatewayId: GatewayId, clock: Clock) {
    this.#redis = redis;
    this.#gatewayId = gatewayId;
    this.#clock = clock;
  }

  /** `onBeat` runs with every heartbeat, every 2 s. */
  start(describe: () => Omit<GatewayHeartbeat, 'at'>, onBeat: () => void): void {
    const beat = (): void => {
      const value: GatewayHeartbeat = { at: toInstant(this.#clock.nowMs()), ...describe() };
      ignoreOutage(this.#redis.hSet(GATEWAYS, this.#gatewayId, JSON.stringify(value)));
      onBeat();
    };
    const refresh = (): void => {
      for (const [user, sinceMs] of this.#present) this.#write(user, sinceMs);
    };
    this.#redis.on('ready', () => {
      beat();
      refresh();
    });
    beat();
    this.#timers = [setInterval(beat, BEAT_MS), setInterval(refresh, PRESENCE_REFRESH_MS)];
  }

  /** Takes the gateway off the list. Resolves also when Redis is down. */
  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.#redis.hDel(GATEWAYS, this.#gatewayId).catch(() => undefined);
  }

  show(user: UserId, sinceMs: number): void {
    this.#present.set(user, sinceMs);
    this.#write(user, sinceMs);
  }

  hide(user: UserId): void {
    this.#present.delete(user);
    ignoreOutage(this.#redis.del(phonePresence(user)));
  }

  #write(user: UserId, sinceMs: number): void {
    const value: PhonePresence = { gatewayId: this.#gatewayId, since: toInstant(sinceMs) };
    ignoreOutage(
      this.#redis.set(phonePresence(user), JSON.stringify(value), { expiration: { type: 'EX', value: PRESENCE_SECONDS } }),
    );
  }
}

/** The next beat shows the same again. */
function ignoreOutage(written: Promise<unknown>): void {
  written.catch(() => undefined);
}
