import { env, argv, exit, stderr, stdout } from 'node:process';
import { loadConfig } from './config.ts';
import { startSipServer } from './sip-server.ts';
import { formatEndpoint } from './transport/flow.ts';

try {
  const server = await startSipServer(loadConfig(argv.slice(2), env));
  const places = Object.entries(server.addresses).map(([name, address]) => `${name}=${formatEndpoint(address)}`);
  stdout.write(`listening ${places.join(' ')}\n`);
  const stop = (): void => void server.close().then(() => exit(0));
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
} catch (error) {
  stderr.write(`The SIP server cannot start: ${error instanceof Error ? error.message : 'unknown error'}\n`);
  exit(1);
}
