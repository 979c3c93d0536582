import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { startDocumentServer, type DocumentServer } from '../src/document-server.ts';
import { CaseRunner } from './case-runner.ts';
import type { ConformanceCase } from './conformance-case.ts';

const DATABASE = 'kakehashi_conformance';
const suites = await loadSuites();

/** Judges the server named by MONGODB_URI, or an embedded one of its own. */
describe('MongoDB conformance', () => {
  let folder: string | undefined;
  let server: DocumentServer | undefined;
  let client: MongoClient;
  let caseNumber = 0;

  beforeAll(async () => {
    // A judge outside the project's settings: the same cases run against any server.
    let uri = process.env['MONGODB_URI'];
    if (uri === undefined) {
      folder = mkdtempSync(join(tmpdir(), 'kakehashi-conformance-'));
      server = await startDocumentServer({ file: join(folder, 'data.db'), port: 0, relaxed: true });
      uri = server.uri;
    }
    client = await new MongoClient(uri, { retryWrites: false }).connect();
    await client.db(DATABASE).dropDatabase();
  });

  afterAll(async () => {
    await client.db(DATABASE).dropDatabase();
    await client.close();
    await server?.close();
    if (folder !== undefined) rmSync(folder, { recursive: true });
  });

  for (const { area, cases } of suites) {
    describe(area, () => {
      for (const conformanceCase of cases) {
        it(conformanceCase.name, async () => {
          caseNumber += 1;
          await new CaseRunner(client, client.db(DATABASE), `case${caseNumber}`).run(conformanceCase);
        });
      }
    });
  }
});

/** Every `<area>/<sub-area>.cases.ts` beside this file; each exports its `cases`. */
async function loadSuites(): Promise<{ area: string; cases: readonly ConformanceCase[] }[]> {
  const files = globSync('**/*.cases.ts', { cwd: import.meta.dirname }).sort();
  return Promise.all(
    files.map(async (file) => {
      // Every cases file has this export; without it the suite would fail at once.
      const { cases } = (await import(join(import.meta.dirname, file))) as { cases: readonly ConformanceCase[] };
      return { area: file.replace('.cases.ts', ''), cases };
    }),
  );
}
