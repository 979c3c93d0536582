import { createClient } from 'redis';
import { describeError } from '../errors.ts';
import type { Logger } from '../logging/logger.ts';

const RETRY_MIN_MS = 50;
const RETRY_MAX_MS = 1_000;
/** A command that Redis has not answered by then fails: a request must not hang while Redis is away. */
const COMMAND_TIMEOUT_MS = 3_000;

function open(url: string, logger: Logger, commandTimeoutMs?: number) {
  const client = createClient({
    url,
    socket: { reconnectStrategy: (retries) => Math.min(RETRY_MIN_MS * 2 ** retries, RETRY_MAX_MS) },
    ...(commandTimeoutMs === undefined ? {} : { commandOptions: { timeout: commandTimeoutMs } }),
  });
  let isDown = false;
  client.on('error', (error: unknown) => {
    if (!isDown) logger.warn(describeError(error), 'Redis cannot be reached; trying again.');
    isDown = true;
  });
  client.on('ready', () => {
    if (isDown) logger.info('Redis answers again.');
    isDown = false;
  });
  return client;
}

/** A client for requests: it reconnects by itself and fails a command after 3 s. Call connect() before use. */
export const createRedis = (url: string, logger: Logger) => open(url, logger, COMMAND_TIMEOUT_MS);

/** A client for blocking reads (BLPOP, XREADGROUP), each of which occupies a connection of its own. */
export const createBlockingRedis = (url: string, logger: Logger) => open(url, logger);

export type Redis = ReturnType<typeof createRedis>;
