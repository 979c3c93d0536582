import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { newKeyFile } from '#vault/key-ring';
import { MixerProcess } from '../../sip-gateway/src/mixer/mixer-process.ts';
import { realTimeCommand } from '../../sip-gateway/src/mixer/spawn-process.ts';
import type { Benchmark } from '../benchmark.ts';
import { watchProcessors } from '../sip/measured-process.ts';
import { GeneratorProcess } from './generator-process.ts';

const HOST = '127.0.0.1';
const FIRST_PORT = 44_000;
const LEGS = [150, 300, 600];
const QUICK_LEGS = [100];
/** Everybody in a room of four hears the three others. */
const ROOM = 4;
const WARM_UP_MS = 3000;
const MEASURED_MS = 20_000;
const QUICK_MEASURED_MS = 3000;
/** The mixer has one processor for itself, the generator the other. */
const MIXER_PROCESSOR = '1';
const GENERATOR_PROCESSOR = '0';
const BARS = { lateMsP99: 5, underrunsPct: 0.01 };

interface Measurement {
  readonly legs: number;
  readonly cpuPct: number;
  readonly lateMsP99: number;
  readonly lateMsMax: number;
  readonly underrunsPct: number;
  readonly lostPct: number;
  readonly generatorLateMsP99: number;
  readonly isRealTime: boolean;
}

/** Legs against processor time and punctuality, with SCHED_FIFO when it is permitted and without. */
export const mixer: Benchmark = async ({ quick, progress }) => {
  const steps = quick ? QUICK_LEGS : LEGS;
  const measuredMs = quick ? QUICK_MEASURED_MS : MEASURED_MS;
  const measured: Measurement[] = [];
  for (const realTime of ['try', 'off'] as const) {
    for (const legs of steps) {
      const result = await measure(legs, realTime, measuredMs);
      progress(`${legs} legs, ${result.isRealTime ? 'SCHED_FIFO' : 'ordinary scheduling'}: ${result.cpuPct} % of a core`);
      measured.push(result);
    }
  }
  const most = steps.at(-1) ?? 0;
  const best = measured.find(({ legs }) => legs === most);
  const plain = measured.findLast(({ legs }) => legs === most);
  if (!best || !plain) throw new Error('nothing was measured');
  return {
    table: measured.map((row) => ({
      legs: row.legs,
      scheduling: row.isRealTime ? 'SCHED_FIFO' : 'ordinary',
      'cpu % of a core': row.cpuPct,
      'tick late ms p99': row.lateMsP99,
      'tick late ms max': row.lateMsMax,
      'underruns %': row.underrunsPct,
      'lost %': row.lostPct,
      'generator late ms p99': row.generatorLateMsP99,
      bar: row.legs < most || !row.isRealTime ? '' : `${BARS.lateMsP99} ms, ${BARS.underrunsPct} %`,
    })),
    figures: {
      legs: most,
      cpu_pct_of_core: best.cpuPct,
      tick_late_ms_p99: best.lateMsP99,
      underruns_pct: best.underrunsPct,
      realtime: best.isRealTime ? 1 : 0,
      plain_cpu_pct_of_core: plain.cpuPct,
      plain_tick_late_ms_p99: plain.lateMsP99,
      plain_underruns_pct: plain.underrunsPct,
    },
  };
};

async function measure(legs: number, realTime: 'try' | 'off', measuredMs: number): Promise<Measurement> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-mixer-'));
  // Another program's load shall not make the generator late and the mixer look bad.
  const generator = GeneratorProcess.start(realTime === 'try' ? await realTimeCommand() : []);
  const keyFile = join(folder, 'vault-keys.json');
  await writeFile(keyFile, JSON.stringify(newKeyFile('bench')), { mode: 0o600 });
  const process = new MixerProcess({
    address: HOST,
    portMin: FIRST_PORT,
    portMax: FIRST_PORT + 2 * legs + 200,
    recordingsDir: join(folder, 'recordings'),
    runDir: join(folder, 'run'),
    keyFile,
    realTime,
    logger: pino({ level: 'silent' }),
  });
  try {
    await process.start();
    const pid = process.pids.mixer ?? 0;
    pin(pid, MIXER_PROCESSOR);
    pin(generator.pid, GENERATOR_PROCESSOR);
    await joinRooms(process, generator, legs);
    await sleep(WARM_UP_MS);
    return await watch(process, generator, legs, measuredMs);
  } finally {
    await process.close();
    await generator.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Opens the legs, connects each with its party and lets everybody in a room hear the others. */
async function joinRooms(process: MixerProcess, generator: GeneratorProcess, legs: number): Promise<void> {
  const parties = await generator.open(legs);
  const ports: number[] = [];
  for (let leg = 0; leg < legs; leg += 1) {
    ports.push((await process.openLeg(`leg-${leg}`)).port);
    await process.connectLeg(`leg-${leg}`, { host: HOST, port: parties[leg] ?? 0 }, null);
  }
  for (let first = 0; first < legs; first += ROOM) {
    const room = Array.from({ length: Math.min(ROOM, legs - first) }, (_, i) => `leg-${first + i}`);
    await process.setHearing(
      room.map((leg) => ({
        leg,
        from: Object.fromEntries(room.filter((other) => other !== leg).map((other) => [other, 1])),
        source: 'silence' as const,
      })),
    );
  }
  generator.send(ports);
}

async function watch(process: MixerProcess, generator: GeneratorProcess, legs: number, measuredMs: number): Promise<Measurement> {
  const concealed = async (): Promise<number> => (await process.list()).legs.reduce((sum, leg) => sum + leg.framesConcealed, 0);
  const before = await concealed();
  await process.takeTickStatistics();
  await generator.mark();
  const processors = watchProcessors([process.pids.mixer ?? 0]);
  await sleep(measuredMs);
  const [cpuPct = Number.NaN] = await processors.stop();
  const ticks = await process.takeTickStatistics();
  const { sent, received, lateMsP99 } = await generator.report();
  const missed = (await concealed()) - before + ticks.skipped * legs;
  return {
    legs,
    cpuPct,
    lateMsP99: ticks.latenessP99Ms,
    lateMsMax: round(ticks.latenessMaxMs, 1),
    underrunsPct: round((missed * 100) / ((ticks.run + ticks.skipped) * legs), 4),
    lostPct: round((Math.max(0, sent - received) * 100) / sent, 2),
    generatorLateMsP99: round(lateMsP99, 1),
    isRealTime: (await process.list()).isRealTime,
  };
}

/** Binds every thread of a process to one processor; where that is not possible the kernel decides. */
function pin(pid: number, processor: string): void {
  try {
    execFileSync('taskset', ['-a', '-c', '-p', processor, String(pid)], { stdio: 'ignore' });
  } catch {
    // A machine with one processor, or without util-linux: the figures show it.
  }
}

function round(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
