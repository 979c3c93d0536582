// `npm test` after the bootstrap: every level of tests, closing with one line over all of them.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { ensureClientBuild } from '../start/client-build.ts';

const root = path.resolve(import.meta.dirname, '../..');
const bin = (name: string): string => path.join(root, 'node_modules', '.bin', name);

interface Level {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly needsClientBuild?: boolean;
}

const LEVELS: readonly Level[] = [
  { name: 'unit', command: [bin('jasmine'), '--config=config/jasmine.unit.mjs'] },
  { name: 'integration', command: [bin('jasmine'), '--config=config/jasmine.integration.mjs'], needsClientBuild: true },
  { name: 'client', command: [bin('ng'), 'test', '--no-watch', '--no-progress'] },
  { name: 'e2e', command: [bin('playwright'), 'test', '--config=e2e/playwright.config.ts'], needsClientBuild: true },
];

interface Tally {
  readonly passed: number;
  readonly failed: number;
}

/** Runs one level, showing its output as it comes, and reads its closing line `N passed, N failed`. */
function runLevel(level: Level): Promise<Tally> {
  const [command, ...args] = level.command;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, TZ: 'Asia/Tokyo' },
    });
    let tally: Tally | undefined;
    let rest = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      process.stdout.write(chunk);
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) tally = readTally(line) ?? tally;
    });
    child.once('error', reject);
    child.once('close', (code) => {
      tally = readTally(rest) ?? tally ?? { passed: 0, failed: 0 };
      // A level that dies without a word, or runs nothing, has failed.
      const isSilentFailure = tally.failed === 0 && (code !== 0 || tally.passed === 0);
      resolve(isSilentFailure ? { passed: tally.passed, failed: 1 } : tally);
    });
  });
}

function readTally(line: string): Tally | undefined {
  const match = /^(\d+) passed, (\d+) failed$/.exec(line.trim());
  return match ? { passed: Number(match[1]), failed: Number(match[2]) } : undefined;
}

const wanted = process.argv.slice(2);
const levels = LEVELS.filter((level) => wanted.length === 0 || wanted.includes(level.name));
if (levels.length === 0) {
  console.error(`Unknown level. Levels: ${LEVELS.map((level) => level.name).join(', ')}.`);
  process.exit(1);
}

const tallies: Tally[] = [];
for (const level of levels) {
  const startedAt = Date.now();
  console.log(`\n== ${level.name}`);
  if (level.needsClientBuild) await ensureClientBuild(root);
  const tally = await runLevel(level);
  tallies.push(tally);
  console.log(
    `== ${level.name}: ${tally.passed} passed and ${tally.failed} failed in ${Math.round((Date.now() - startedAt) / 1_000)} s`,
  );
}
const passed = tallies.reduce((sum, tally) => sum + tally.passed, 0);
const failed = tallies.reduce((sum, tally) => sum + tally.failed, 0);
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
