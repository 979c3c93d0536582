import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { startServerUnderTest } from './server-under-test.ts';
import type { ServerUnderTest } from './server-under-test.ts';
import { differences } from './wire-log.ts';
import { recordWireLog, WIRE_SCENARIOS } from './wire-scenarios.ts';

const T1_MS = 50;
const FOLDER = path.join(import.meta.dirname, 'wire-logs');

const META = String.raw`(?:network|application)\|bytes\|(?:udp|tcp|tls|)\|[\w.-]+\|port\|time`;
const DIALOG = String.raw`(?:call-\d+;from-tag=tag-\d+)?`;
/** What drachtio-srf 5 takes from a line by position (drachtio-agent.js, `_onMsg`), and nothing else may stand there. */
const LINES_TO_THE_APPLICATION = [
  /^ {2}-> OK$/,
  /^ {2}-> OK\|addresses\|version\|addresses$/,
  /^ {2}-> NOK\|.+$/,
  new RegExp(String.raw`^ {2}-> OK\|${META}\|transaction-\d+\|Msg sent:\|$`),
  new RegExp(String.raw`^ {2}-> OK\|${META}\|transaction-\d+\|${DIALOG}\|\|Msg sent:\|$`),
  new RegExp(String.raw`^> sip\|${META}\|(?:transaction-\d+|unsolicited)\|${DIALOG}\|(?:[\w.-]+\|port\|)?$`),
];

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
      const expected = await readFile(path.join(FOLDER, `${name}.txt`), 'utf8');
      const found = differences(expected, await recordWireLog(server, name));
      if (found !== '') fail(`${name}: - is stored, + came now\n${found}`);
    });
  }

  it('has its fields where drachtio-srf reads them, in every stored log', async () => {
    for (const file of await readdir(FOLDER)) {
      const log = await readFile(path.join(FOLDER, file), 'utf8');
      const told = log.slice(log.indexOf('## The server tells'), log.indexOf('## The server sends'));
      const lines = [
        ...log.split('\n').filter((line) => line.startsWith('  -> ')),
        ...told.split('\n').filter((line) => line.startsWith('> ')),
      ];
      const strange = lines.filter((line) => !LINES_TO_THE_APPLICATION.some((known) => known.test(line)));
      expect(strange).withContext(file).toEqual([]);
    }
  });

  it('has a stored log for every scenario and no other', async () => {
    const names = (await readdir(FOLDER)).map((file) => file.replace(/\.txt$/, ''));
    expect(names.toSorted()).toEqual(Object.keys(WIRE_SCENARIOS).toSorted());
  });

  it('is compared line by line: what is more, less or other is shown', () => {
    const stored = '## One\n\nalpha\nbeta\ngamma\n';
    expect(differences(stored, stored)).toBe('');
    expect(differences(stored, '## One\n\nalpha\ngamma\ndelta\n')).toBe('  ## One\n  \n  alpha\n- beta\n  gamma\n+ delta\n  ');
  });
});
