import { GATEWAY_NEWS, GatewayNews } from '#contracts/gateway.contract';
import type { Redis } from '../platform/database/redis.ts';
import type { Logger } from '../platform/logging/logger.ts';

/** Hears the gateways' passing news. What is said while Redis is away is missed, and nothing else is. */
export class GatewayNewsListener {
  readonly #redis: Redis;
  readonly #logger: Logger;

  /** `redis` must be a connection of its own: one that listens can do nothing else. */
  constructor(redis: Redis, logger: Logger) {
    this.#redis = redis;
    this.#logger = logger;
  }

  async start(hear: (news: GatewayNews) => void): Promise<void> {
    await this.#redis.subscribe(GATEWAY_NEWS, (text) => {
      const parsed = GatewayNews.safeParse(parseJson(text));
      if (parsed.success) hear(parsed.data);
      else this.#logger.warn('News of a gateway does not match its contract.');
    });
  }

  stop(): void {
    this.#redis.destroy();
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
