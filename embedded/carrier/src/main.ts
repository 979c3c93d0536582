import pino, { type Logger } from 'pino';
import { startCarrier, type Carrier } from './carrier.ts';
import { ConfigError, loadConfig } from './config.ts';

function explain(error: unknown): string {
  if (error instanceof ConfigError) return `The carrier cannot start: ${error.message}.`;
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')
    return 'The carrier cannot start: ' + portInUse(error);
  return `The carrier cannot start: ${error instanceof Error ? error.message : String(error)}`;
}

function portInUse(error: Error): string {
  const port = 'port' in error ? ` ${String(error.port)}` : '';
  return `port${port} is in use by another program.`;
}

function stopOnSignal(carrier: Carrier, log: Logger): void {
  let isStopping = false;
  const stop = (): void => {
    if (isStopping) return;
    isStopping = true;
    carrier.close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'the carrier did not stop cleanly');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

async function main(): Promise<void> {
  const config = loadConfig();
  const log = pino({ name: 'carrier', level: config.logLevel }, pino.destination({ fd: 1, sync: true }));
  const carrier = await startCarrier(config, log);
  stopOnSignal(carrier, log);
  log.info({ sip: carrier.sip, control: carrier.control, voice: config.voice }, 'listening');
}

main().catch((error: unknown) => {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(1);
});
