import { App } from './app.ts';
import { ConfigError, loadConfig } from './config.ts';
import { describeError } from './platform/errors.ts';
import { createLogger } from './platform/logging/logger.ts';

async function main(): Promise<void> {
  const config = loadConfig(process.env);
  const logger = createLogger(config.LOG_LEVEL);
  const app = await App.start(config, logger);
  logger.info({ host: config.HTTP_HOST, port: app.port }, 'The server listens.');

  let isStopping = false;
  const stop = async (reason: string, exitCode: number): Promise<void> => {
    if (isStopping) return;
    isStopping = true;
    logger.info({ reason }, 'The server stops.');
    await app.close();
    process.exit(exitCode);
  };
  process.on('SIGTERM', () => void stop('SIGTERM', 0));
  process.on('SIGINT', () => void stop('SIGINT', 0));
  process.on('unhandledRejection', (error) => {
    logger.error(describeError(error), 'A rejected promise was awaited by nobody: this is a bug.');
    void stop('bug', 1);
  });
}

main().catch((error: unknown) => {
  const sentence =
    error instanceof ConfigError
      ? error.message
      : JSON.stringify({ level: 50, msg: 'The server could not start.', ...describeError(error) });
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
});
