import { env, argv, exit, stderr, stdout } from 'node:process';
import { pino } from 'pino';
import { loadConfig } from './config.ts';
import { startSipServer } from './sip-server.ts';
import { formatEndpoint } from './transport/flow.ts';

try {
  const config = loadConfig(argv.slice(2), env);
  const log = pino({ name: 'sip-server', level: config.logLevel }, pino.destination(stderr.fd));
  const server = await startSipServer({ ...config.server, log });
  const { sip, admin, control } = server.addresses;
  const places = [
    ...sip.map((place) => `${place.protocol}=${formatEndpoint(place)}`),
    ...(admin ? [`admin=${formatEndpoint(admin)}`] : []),
    `control=${formatEndpoint(control)}`,
  ];
  stdout.write(`listening ${places.join(' ')}\n`);
  const stop = (): void => void server.close().then(() => exit(0));
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
} catch (error) {
  stderr.write(`The SIP server cannot start: ${explain(error)}.\n`);
  exit(1);
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  const isBusy = 'code' in error && error.code === 'EADDRINUSE' && 'address' in error && 'port' in error;
  return isBusy ? `${String(error.address)}:${String(error.port)} is in use` : error.message;
}
