import { createClient } from 'redis';
import type { Logger } from 'pino';

const MAX_RECONNECT_DELAY_MS = 500;

export type Redis = ReturnType<typeof createRedis>;

/** A Redis client that reconnects for ever, and refuses commands at once while it is not connected. */
export function createRedis(url: string, log: Logger) {
  const client = createClient({
    url,
    disableOfflineQueue: true,
    socket: {
      reconnectStrategy: (retries: number) => Math.min(20 * 2 ** retries, MAX_RECONNECT_DELAY_MS),
      connectTimeout: 2_000,
    },
  });
  let isDown = false;
  client.on('error', (error: unknown) => {
    if (!isDown) log.warn({ code: error instanceof Error ? error.name : 'unknown' }, 'Redis is not reachable');
    isDown = true;
  });
  client.on('ready', () => {
    if (isDown) log.info('Redis is reachable again');
    isDown = false;
  });
  return client;
}
