import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { featuresOf } from '../src/shapes/query-shape.ts';
import type { ConformanceCase, ConformanceStep } from './conformance-case.ts';

/** One kind of command the product issues, as the embedded server logs it. */
export interface ProductShape {
  readonly features: readonly string[];
  /** How its documents were found when it was recorded. */
  readonly plan?: string;
}

const FOLDER = import.meta.dirname;
const LIST = join(FOLDER, 'product-shapes.json');
const USAGE = 'Usage: node embedded/mongo/conformance/product-shapes.ts --check <log> | --record <log>';

export const readShapes = (): ProductShape[] => JSON.parse(readFileSync(LIST, 'utf8')) as ProductShape[]; // written below

/** Every feature some conformance case exercises. */
export async function coveredFeatures(): Promise<ReadonlySet<string>> {
  const covered = new Set<string>();
  for (const file of globSync('**/*.cases.ts', { cwd: FOLDER })) {
    // Every cases file has this export; without it the conformance suite fails too.
    const { cases } = (await import(join(FOLDER, file))) as { cases: readonly ConformanceCase[] };
    for (const { steps, indexes = [] } of cases) {
      for (const step of steps) for (const feature of featuresOfStep(step)) covered.add(feature);
      for (const feature of featuresOf({ createIndexes: '', indexes })) covered.add(feature);
    }
  }
  return covered;
}

function featuresOfStep(step: ConformanceStep): string[] {
  if ('transaction' in step) return [];
  const { command } = step;
  // Steps that use the reply before are given an empty one: only their form counts here.
  const cursor = { cursor: { id: 0 }, cursorsKilled: [0] };
  return featuresOf(
    (typeof command === 'function' ? (command as (previous: object) => object)(cursor) : command) as Record<string, unknown>,
  );
}

/** Features of the shapes that no conformance case exercises. */
export async function uncoveredFeatures(shapes: readonly ProductShape[]): Promise<string[]> {
  const covered = await coveredFeatures();
  const all = new Set(shapes.flatMap((shape) => shape.features));
  return [...all].filter((feature) => !covered.has(feature)).sort();
}

const shapesIn = (log: string): ProductShape[] =>
  readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as ProductShape); // the server wrote it

/** Adds the shapes of a log to the list in product-shapes.json. */
function record(log: string): number {
  const byFeatures = new Map([...readShapes(), ...shapesIn(log)].map((shape) => [shape.features.join(), shape]));
  const sorted = [...byFeatures.values()].sort((a, b) => (a.features.join() < b.features.join() ? -1 : 1));
  writeFileSync(LIST, `[\n${sorted.map((shape) => `  ${JSON.stringify(shape)}`).join(',\n')}\n]\n`);
  return sorted.length;
}

async function main([action, log]: readonly string[]): Promise<void> {
  if (log === undefined || (action !== '--check' && action !== '--record')) throw new Error(USAGE);
  if (action === '--record') process.stdout.write(`${record(log)} shapes in product-shapes.json\n`);
  const missing = await uncoveredFeatures(action === '--check' ? shapesIn(log) : readShapes());
  if (missing.length === 0) return;
  process.stderr.write(`No conformance case for: ${missing.join(', ')}\n`);
  process.exitCode = 1;
}

if (import.meta.main) await main(process.argv.slice(2));
