import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mongoose from 'mongoose';
import type { Benchmark } from '../benchmark.ts';
import { benchCase, benchCases, type BenchCase, type CaseModel } from './case-collection.ts';
import { DocumentServerProcess } from './document-server-process.ts';

const DOCUMENTS = 1_000_000;
const QUICK_DOCUMENTS = 20_000;
const BATCH = 1_000;
const SAMPLES = 2_000;
const QUICK_SAMPLES = 200;
const TRANSACTIONS = 500;
const QUICK_TRANSACTIONS = 50;
const PAGE = 20;
const BARS = { insertPerS: 10_000, pointReadMs: 1.5, pageMs: 3, startMs: 2_000, rssMb: 600 };

/** The embedded document server as a process of its own, mongoose as its client, an fsync at every commit. */
export const documents: Benchmark = async ({ quick, progress }) => {
  const count = quick ? QUICK_DOCUMENTS : DOCUMENTS;
  const samples = quick ? QUICK_SAMPLES : SAMPLES;
  const folder = mkdtempSync(join(tmpdir(), 'kakehashi-bench-'));
  const file = join(folder, 'documents.db');
  try {
    const insertPerS = await fill(file, count, progress);
    const server = await DocumentServerProcess.start(file);
    try {
      const connection = await mongoose.createConnection(server.uri, { dbName: 'bench' }).asPromise();
      const cases = benchCases(connection);
      const position = (sample: number): number => (sample * 7_919) % count;
      await warmUp(cases, position);
      const pointRead = await sampled(samples, (n) => cases.findOne({ number: benchCase(position(n)).number }).lean());
      const page = await sampled(samples, (n) =>
        cases
          .find({ district: `district-${n % 17}`, openedAt: { $lt: benchCase(position(n)).openedAt } })
          .sort({ openedAt: -1 })
          .limit(PAGE)
          .lean(),
      );
      const update = await sampled(samples, (n) =>
        cases.updateOne({ _id: benchCase(position(n))._id }, { $set: { state: 'called' }, $inc: { amount: 1 } }),
      );
      const transaction = await sampled(quick ? QUICK_TRANSACTIONS : TRANSACTIONS, (n) =>
        twoWrites(cases, position(n), position(n + 1)),
      );
      progress('reads and writes measured');
      const group = await groupAll(cases, count);
      const rssMb = server.peakMb();
      progress('grouped');
      const countS = await timedS(() => cases.countDocuments({ district: 'district-3' }));
      await connection.close();
      const row = (what: string, value: number | string, bar: number | string = '') => ({ what, value, bar });
      return {
        table: [
          row('inserts per second, batches of 1,000, 5 indexes', insertPerS, BARS.insertPerS),
          row('point read on an index, p95 ms', p95(pointRead), BARS.pointReadMs),
          row(`page of ${PAGE} on an index, p95 ms`, p95(page), BARS.pageMs),
          row('update of one document, p95 ms', p95(update)),
          row('transaction of two writes, p95 ms', p95(transaction)),
          row(`$group of ${count} documents behind an indexed $match, s`, group),
          row('count over an index, ms', Math.round(countS * 1000)),
          row(`start with ${count} documents, ms`, Math.round(server.startMs), BARS.startMs),
          row('highest resident memory up to the end of $group, MB', rssMb, BARS.rssMb),
        ],
        figures: {
          n: count,
          insert_per_s: insertPerS,
          point_read_ms_p95: p95(pointRead),
          page20_ms_p95: p95(page),
          update_ms_p95: p95(update),
          transaction_ms_p95: p95(transaction),
          group_1m_s: group,
          count_ms: Math.round(countS * 1000),
          start_1m_ms: Math.round(server.startMs),
          rss_mb: rssMb,
        },
      };
    } finally {
      await server.stop();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
};

/** Fills a new file with the indexes in place; returns inserts per second. */
async function fill(file: string, count: number, progress: (line: string) => void): Promise<number> {
  const server = await DocumentServerProcess.start(file);
  try {
    const connection = await mongoose.createConnection(server.uri, { dbName: 'bench' }).asPromise();
    const cases = benchCases(connection);
    await cases.init();
    const seconds = await timedS(async () => {
      for (let start = 0; start < count; start += BATCH) {
        await connection
          .collection<BenchCase>('cases')
          .insertMany(Array.from({ length: BATCH }, (_, offset) => benchCase(start + offset)));
        if ((start + BATCH) % (count / 10) === 0) progress(`inserted ${start + BATCH} / ${count}`);
      }
    });
    await connection.close();
    return Math.round(count / seconds);
  } finally {
    await server.stop();
  }
}

/** Lets both processes compile their code; a centre's server is warm too. */
async function warmUp(cases: CaseModel, position: (sample: number) => number): Promise<void> {
  for (let n = 0; n < 300; n += 1) {
    await cases.findOne({ number: benchCase(position(n)).number }).lean();
    await cases.updateOne({ _id: benchCase(position(n))._id }, { $inc: { amount: 1 } });
  }
}

async function twoWrites(cases: CaseModel, first: number, second: number): Promise<void> {
  await cases.db.transaction(async (session) => {
    await cases.updateOne({ _id: benchCase(first)._id }, { $inc: { amount: -1 } }, { session });
    await cases.updateOne({ _id: benchCase(second)._id }, { $inc: { amount: 1 } }, { session });
  });
}

/** Seconds for a `$group` over every document; the `$match` in front of it is a range on an index that holds them all. */
async function groupAll(cases: CaseModel, count: number): Promise<number> {
  let grouped = 0;
  const seconds = await timedS(async () => {
    const groups = await cases.aggregate<{ n: number }>([
      { $match: { openedAt: { $gte: benchCase(0).openedAt } } },
      { $group: { _id: '$district', n: { $sum: 1 }, amount: { $sum: '$amount' }, latest: { $max: '$openedAt' } } },
      { $sort: { _id: 1 } },
    ]);
    grouped = groups.reduce((sum, { n }) => sum + n, 0);
  });
  if (grouped !== count) throw new Error(`$group saw ${grouped} of ${count} documents`);
  return Math.round(seconds * 10) / 10;
}

async function sampled(count: number, run: (sample: number) => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let sample = 0; sample < count; sample += 1) times.push((await timedS(() => run(sample))) * 1000);
  return times;
}

async function timedS(run: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await run();
  return (performance.now() - startedAt) / 1000;
}

/** Nearest rank, in hundredths: a tenth of a millisecond would be too coarse here. */
function p95(samples: readonly number[]): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return Math.round((sorted[Math.ceil(sorted.length * 0.95) - 1] ?? Number.NaN) * 100) / 100;
}
