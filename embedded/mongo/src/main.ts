import { parseArgs } from 'node:util';
import { destination, pino } from 'pino';
import { startDocumentServer, StartError, type DocumentServerOptions } from './document-server.ts';
import { backUp, check, restore } from './maintenance.ts';

const MAIN = 'node embedded/mongo/src/main.ts --file <path>';
const USAGE = [
  `Usage: ${MAIN} --port <n> [--host 127.0.0.1] [--relaxed] [--test-commands]`,
  `       ${MAIN} --backup <new file>`,
  `       ${MAIN} --restore <backup file>`,
  `       ${MAIN} --check`,
].join('\n');

function readArguments() {
  try {
    return parseArgs({
      options: {
        file: { type: 'string' },
        port: { type: 'string' },
        host: { type: 'string', default: '127.0.0.1' },
        relaxed: { type: 'boolean', default: false },
        'test-commands': { type: 'boolean', default: false },
        backup: { type: 'string' },
        restore: { type: 'string' },
        check: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new StartError(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`, { cause: error });
  }
}

type Arguments = ReturnType<typeof readArguments>;

function serverOptions(values: Arguments, file: string): DocumentServerOptions {
  const port = Number(values.port);
  if (values.port === undefined || !Number.isInteger(port) || port < 0 || port > 65_535)
    throw new StartError(`--port must be 0 to 65535.\n${USAGE}`);
  return { file, port, host: values.host, relaxed: values.relaxed, hasTestCommands: values['test-commands'] };
}

async function serve(options: DocumentServerOptions): Promise<void> {
  const log = pino({ name: 'embedded-mongo' }, destination(2));
  const server = await startDocumentServer({ ...options, log });
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

async function main(): Promise<void> {
  const values = readArguments();
  const { file } = values;
  if (file === undefined || file === '') throw new StartError(`--file is missing.\n${USAGE}`);
  if (values.backup !== undefined) process.stdout.write(`${await backUp(file, values.backup)}\n`);
  else if (values.restore !== undefined) process.stdout.write(`${await restore(file, values.restore)}\n`);
  else if (values.check) process.stdout.write(`${check(file)}\n`);
  else await serve(serverOptions(values, file));
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
