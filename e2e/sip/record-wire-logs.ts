// Records the logs that wire-logs.int.spec.ts compares with: `node e2e/sip/record-wire-logs.ts [name…]`, all when no name is given.
// With DRACHTIO_HOST it records what that server says, into `wire-logs/` all the same: look at `git diff` before you keep it.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { startServerUnderTest } from './server-under-test.ts';
import { recordWireLog, WIRE_SCENARIOS } from './wire-scenarios.ts';

const folder = path.join(import.meta.dirname, 'wire-logs');
await mkdir(folder, { recursive: true });
const server = await startServerUnderTest(100);
const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(WIRE_SCENARIOS);
for (const name of names) {
  await writeFile(path.join(folder, `${name}.txt`), await recordWireLog(server, name));
  console.log(`recorded ${name}`);
}
await server.stop();
process.exit(0);
