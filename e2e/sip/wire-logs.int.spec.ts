import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { startServerUnderTest } from './server-under-test.ts';
import type { ServerUnderTest } from './server-under-test.ts';
import { differences } from './wire-log.ts';
import { recordWireLog, WIRE_SCENARIOS } from './wire-scenarios.ts';

const T1_MS = 50;

describe('What goes over the wire', () => {
  const patienceMs = jasmine.DEFAULT_TIMEOUT_INTERVAL;
  let server: ServerUnderTest;

  beforeAll(async () => {
    // A server with the RFC's own timers gives up after 32 s.
    jasmine.DEFAULT_TIMEOUT_INTERVAL = 60_000;
    server = await startServerUnderTest(T1_MS);
  });
  afterAll(async () => {
    await server.stop();
    jasmine.DEFAULT_TIMEOUT_INTERVAL = patienceMs;
  });

  for (const name of Object.keys(WIRE_SCENARIOS)) {
    it(`is what it was, to the application and to the network (${name})`, async () => {
      const expected = await readFile(path.join(import.meta.dirname, 'wire-logs', `${name}.txt`), 'utf8');
      const found = differences(expected, await recordWireLog(server, name));
      if (found !== '') fail(`${name}: - is stored, + came now\n${found}`);
    });
  }

  it('is compared line by line: what is more, less or other is shown', () => {
    const stored = '## One\n\nalpha\nbeta\ngamma\n';
    expect(differences(stored, stored)).toBe('');
    expect(differences(stored, '## One\n\nalpha\ngamma\ndelta\n')).toBe('  ## One\n  \n  alpha\n- beta\n  gamma\n+ delta\n  ');
  });
});
