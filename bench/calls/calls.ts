import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Benchmark, BenchmarkOptions } from '../benchmark.ts';
import { watchProcessors } from '../sip/measured-process.ts';
import { CallCentre } from './call-centre.ts';
import type { Evidence, RunningCall } from './call-centre.ts';

interface Plan {
  readonly twoParty: number;
  readonly threeWay: number;
  readonly standingMs: number;
  readonly shortCalls: number;
  readonly shortCallMs: number;
  readonly callsPerSecond: number;
  readonly busyTwoParty: number;
  readonly busyThreeWay: number;
  readonly busyMs: number;
}

const FULL: Plan = {
  twoParty: 120,
  threeWay: 20,
  standingMs: 300_000,
  shortCalls: 10_000,
  shortCallMs: 3000,
  callsPerSecond: 10,
  busyTwoParty: 40,
  busyThreeWay: 10,
  busyMs: 60_000,
};
const QUICK: Plan = {
  twoParty: 12,
  threeWay: 2,
  standingMs: 10_000,
  shortCalls: 40,
  shortCallMs: 2000,
  callsPerSecond: 5,
  busyTwoParty: 4,
  busyThreeWay: 1,
  busyMs: 10_000,
};
/** The search for the limit adds so many calls at a time and watches them for so long. */
const MAX_STEP = 20;
const MAX_STEP_MS = 15_000;
const MAX_CONCEALED_PCT = 0.1;
/** Calls are set up one after another, as people dial them. */
const SETUP_PAUSE_MS = 20;
/** Memory is compared from here on: by then every buffer has found its size. */
const SETTLED_SHARE = 0.2;

/** Calls through rtpengine and mixer, all recorded, with the parties on the same machine. Counted by rtpengine and on the disk. */
export const calls: Benchmark = async (options) => {
  if (options.max) return await searchLimit(options);
  const plan = options.quick ? QUICK : FULL;
  const centre = await CallCentre.start('try');
  try {
    const standing = await measureStanding(centre, plan, options.progress);
    const short = await measureShort(centre, plan, options.progress);
    const busy = await measureBusy(plan, options.progress);
    const row = (what: string, calls: number, evidence: Evidence) => ({
      what,
      calls,
      'recordings missing': evidence.missing,
      gaps: evidence.gaps,
      'concealed %': concealedPct(evidence),
    });
    return {
      table: [
        { ...row('standing, everybody at once', plan.twoParty + plan.threeWay, standing.evidence), ...standing.cpu },
        row(`short, ${plan.callsPerSecond} a second`, plan.shortCalls, short.evidence),
        row('ordinary scheduling, busy machine', plan.busyTwoParty + plan.busyThreeWay, busy),
      ],
      figures: {
        standing_two_party: plan.twoParty,
        standing_three_way: plan.threeWay,
        short_calls: plan.shortCalls,
        failed: short.failed,
        left_over: short.leftOver,
        recordings_missing: standing.evidence.missing + short.evidence.missing + busy.missing,
        gaps: standing.evidence.gaps + short.evidence.gaps + busy.gaps,
        concealed_pct: concealedPct(sum(standing.evidence, short.evidence)),
        mixed_concealed_pct: concealedPct(busy),
        rss_growth_pct: short.memoryGrowthPct,
        rtpengine_cpu_pct: standing.cpu['rtpengine cpu %'],
        mixer_cpu_pct: standing.cpu['mixer cpu %'],
      },
    };
  } finally {
    await centre.stop();
  }
};

async function measureStanding(centre: CallCentre, plan: Plan, progress: BenchmarkOptions['progress']) {
  const running = await startCalls(centre, plan.twoParty, plan.threeWay);
  progress(`${running.length} calls are standing`);
  const { mixer, recorder, rtpengine } = centre.pids;
  const processors = watchProcessors([rtpengine, mixer, recorder]);
  await sleep(plan.standingMs);
  const [rtpengineCpu = Number.NaN, mixerCpu = Number.NaN, recorderCpu = Number.NaN] = await processors.stop();
  for (const call of running) await centre.endCall(call);
  const evidence = await centre.gatherEvidence(progress);
  return { evidence, cpu: { 'rtpengine cpu %': rtpengineCpu, 'mixer cpu %': mixerCpu, 'recorder cpu %': recorderCpu } };
}

async function measureShort(centre: CallCentre, plan: Plan, progress: BenchmarkOptions['progress']) {
  const under = new Set<Promise<void>>();
  let failed = 0;
  let settledBytes = 0;
  const startMs = performance.now();
  for (let n = 0; n < plan.shortCalls; n += 1) {
    await sleep(Math.max(0, startMs + (n * 1000) / plan.callsPerSecond - performance.now()));
    const call = runShortCall(centre, plan.shortCallMs).catch(() => {
      failed += 1;
    });
    under.add(call);
    void call.then(() => under.delete(call));
    if (n === Math.floor(plan.shortCalls * SETTLED_SHARE)) settledBytes = await centre.memoryBytes();
    if (n % 500 === 499) progress(`${n + 1} short calls, ${failed} failed`);
  }
  await Promise.all(under);
  const memoryGrowthPct = round((await centre.memoryBytes()) / settledBytes - 1) * 100;
  const leftOver = await centre.countLeft();
  return { evidence: await centre.gatherEvidence(progress), failed, leftOver, memoryGrowthPct: round(memoryGrowthPct) };
}

async function runShortCall(centre: CallCentre, durationMs: number): Promise<void> {
  const call = await centre.startCall(2);
  await sleep(durationMs);
  await centre.endCall(call);
}

/** Without real-time scheduling, while databases write, pages are made and sockets talk. */
async function measureBusy(plan: Plan, progress: BenchmarkOptions['progress']): Promise<Evidence> {
  const centre = await CallCentre.start('off');
  const neighbours = fork(new URL('./busy-neighbours.ts', import.meta.url));
  try {
    await once(neighbours, 'message');
    const running = await startCalls(centre, plan.busyTwoParty, plan.busyThreeWay);
    progress(`${running.length} calls on a busy machine`);
    await sleep(plan.busyMs);
    for (const call of running) await centre.endCall(call);
    return await centre.gatherEvidence(progress);
  } finally {
    neighbours.disconnect();
    await centre.stop();
  }
}

/** Adds two-party calls until the sound suffers; what stood before is the limit. */
async function searchLimit({ progress }: BenchmarkOptions) {
  let limit = 0;
  let cpu: readonly number[] = [];
  for (let step = MAX_STEP; ; step += MAX_STEP) {
    const centre = await CallCentre.start('try');
    try {
      const running = await startCalls(centre, step, 0);
      const processors = watchProcessors([centre.pids.rtpengine, centre.pids.mixer]);
      await sleep(MAX_STEP_MS);
      const used = await processors.stop();
      for (const call of running) await centre.endCall(call);
      const evidence = await centre.gatherEvidence(progress);
      progress(`${step} calls: ${concealedPct(evidence)} % concealed, rtpengine ${used[0]} %, mixer ${used[1]} %`);
      if (evidence.missing > 0 || evidence.gaps > 0 || concealedPct(evidence) > MAX_CONCEALED_PCT) break;
      [limit, cpu] = [step, used];
    } catch (error) {
      progress(`${step} calls: ${error instanceof Error ? error.message : 'refused'}`);
      break;
    } finally {
      await centre.stop();
    }
  }
  const [rtpengineCpu = 0, mixerCpu = 0] = cpu;
  return {
    table: [{ 'two-party calls': limit, 'rtpengine cpu %': rtpengineCpu, 'mixer cpu %': mixerCpu }],
    figures: { max_two_party: limit, rtpengine_cpu_pct: rtpengineCpu, mixer_cpu_pct: mixerCpu },
  };
}

async function startCalls(centre: CallCentre, twoParty: number, threeWay: number): Promise<RunningCall[]> {
  const running: RunningCall[] = [];
  for (let n = 0; n < twoParty + threeWay; n += 1) {
    running.push(await centre.startCall(n < twoParty ? 2 : 3));
    await sleep(SETUP_PAUSE_MS);
  }
  return running;
}

function sum(a: Evidence, b: Evidence): Evidence {
  return {
    missing: a.missing + b.missing,
    gaps: a.gaps + b.gaps,
    frames: a.frames + b.frames,
    concealed: a.concealed + b.concealed,
  };
}

function concealedPct({ concealed, frames }: Evidence): number {
  return frames === 0 ? 0 : Math.round((concealed * 1e6) / frames) / 1e4;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
