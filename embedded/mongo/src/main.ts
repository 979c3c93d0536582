import { parseArgs } from 'node:util';
import { destination, pino } from 'pino';
import { startDocumentServer, StartError, type DocumentServerOptions } from './document-server.ts';

const USAGE = 'Usage: node embedded/mongo/src/main.ts --file <path> --port <n> [--host 127.0.0.1] [--relaxed] [--test-commands]';

function readOptions(): DocumentServerOptions {
  const { values } = parseArgs({
    options: {
      file: { type: 'string' },
      port: { type: 'string' },
      host: { type: 'string', default: '127.0.0.1' },
      relaxed: { type: 'boolean', default: false },
      'test-commands': { type: 'boolean', default: false },
    },
  });
  const port = Number(values.port);
  if (values.file === undefined || values.file === '') throw new StartError(`--file is missing. ${USAGE}`);
  if (values.port === undefined || !Number.isInteger(port) || port < 0 || port > 65_535)
    throw new StartError(`--port must be 0 to 65535. ${USAGE}`);
  return { file: values.file, port, host: values.host, relaxed: values.relaxed, hasTestCommands: values['test-commands'] };
}

async function main(): Promise<void> {
  const log = pino({ name: 'embedded-mongo' }, destination(2));
  const server = await startDocumentServer({ ...readOptions(), log });
  const stop = (): void => {
    server.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  process.stdout.write(`listening on ${server.uri}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
