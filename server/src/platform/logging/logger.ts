import { pino, type DestinationStream, type Logger } from 'pino';
import { currentContext } from '../context.ts';

export type { Logger } from 'pino';

/**
 * A JSON logger: fixed sentences with fields, the request's number added to each line.
 * Anything under `pii` at the root or one level down is removed.
 */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: () => `,"at":"${new Date().toISOString()}"`,
    redact: { paths: ['pii', '*.pii'], remove: true },
    mixin: () => {
      const context = currentContext();
      return context === undefined ? {} : { ...context };
    },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}
