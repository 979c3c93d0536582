import { exit } from 'node:process';
import pino from 'pino';
import { startGateway } from './app.ts';
import { loadConfig } from './config.ts';

let log = pino();
try {
  const config = loadConfig(process.env);
  log = pino({
    level: config.LOG_LEVEL,
    base: { gatewayId: config.GATEWAY_ID },
    redact: { paths: ['pii', '*.pii'], remove: true },
  });
  const gateway = await startGateway(config, log);
  const stop = (): void => {
    void gateway.close().then(() => exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
} catch (error) {
  log.fatal({ reason: error instanceof Error ? error.message : 'unknown' }, 'The SIP gateway cannot start');
  exit(1);
}
