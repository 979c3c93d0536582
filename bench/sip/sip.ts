import { setTimeout as sleep } from 'node:timers/promises';
import type { Benchmark } from '../benchmark.ts';
import { residentBytes } from './measured-process.ts';
import { SipStation } from './sip-station.ts';
import type { Load, LoadResult } from './sip-station.ts';

const BARS = { callsPerSecond: 150, dialogs: 2_000, kbPerDialog: 60, soakGrowthPercent: 10 };
/** A full step lasts longer than transactions do (64 T1), so that their number reaches its height. */
const FULL = { stepSeconds: 40, standing: 2_000, soakSeconds: 600 };
const QUICK = { stepSeconds: 4, standing: 500, soakSeconds: 20 };
const FIRST_RATE = { calls: 150, registrations: 200 };
/** Enough for the code to be compiled, too little to leave much garbage behind. */
const WARM_UP_CALLS = 300;
/** Before the soak as many calls as within it, so that the heap has found its size. */
const SOAK_WARM_UP_SECONDS = 40;
/** Slower than this share of what was asked for means that somebody was saturated. */
const KEPT_UP = 0.93;
const SOAK_CALLS_PER_SECOND = 50;
const SOAK_CALL_MS = 5_000;
const SET_UP_PER_SECOND = 100;

type Plan = typeof FULL;
type Progress = (line: string) => void;

/** The SIP server by itself: an application that answers at once on one side, SIPp on the other. */
export const sip: Benchmark = async ({ quick, progress }) => {
  const plan = quick ? QUICK : FULL;
  const registrations = await highestRate('registrations', { scenario: 'uac-registers' }, plan, progress);
  const calls = await highestRate('calls', { scenario: 'uac-rings-in', pauseMs: 100 }, plan, progress);
  const memory = await measureStandingDialogs(plan, progress);
  const soak = await measureSoak(plan, progress);
  const busy = ({ server, application, sipp }: LoadResult['busy']): string => `${server} / ${application} / ${sipp}`;
  const cpu = 'CPU % server / application / SIPp';
  return {
    table: [
      {
        what: 'registrations/s with a challenge, none failed',
        value: registrations.rate,
        bar: '',
        [cpu]: busy(registrations.busy),
      },
      { what: 'calls/s, none failed', value: calls.rate, bar: `≥ ${BARS.callsPerSecond}`, [cpu]: busy(calls.busy) },
      { what: 'standing dialogs', value: memory.dialogs, bar: `≥ ${BARS.dialogs}`, [cpu]: '' },
      { what: 'kB a dialog', value: memory.kbPerDialog, bar: `≤ ${BARS.kbPerDialog}`, [cpu]: '' },
      { what: 'kB a dialog on the heap alone', value: memory.heapKbPerDialog, bar: '', [cpu]: '' },
      { what: `calls in the soak of ${plan.soakSeconds} s`, value: soak.calls, bar: '', [cpu]: busy(soak.busy) },
      {
        what: 'resident memory, half to end of the soak, %',
        value: soak.growthPercent,
        bar: `≤ ${BARS.soakGrowthPercent}`,
        [cpu]: '',
      },
      { what: 'held without garbage before → after the soak, MB', value: soak.heldMb, bar: '', [cpu]: '' },
      { what: 'largest memory in the soak, MB', value: soak.peakMb, bar: '', [cpu]: '' },
    ],
    figures: {
      registers_per_s: registrations.rate,
      calls_per_s: calls.rate,
      failed: registrations.failed + calls.failed + memory.failed + soak.failed,
      standing_dialogs: memory.dialogs,
      kb_per_dialog: memory.kbPerDialog,
      soak_rss_growth_pct: soak.growthPercent,
    },
  };
};

interface Rate {
  readonly rate: number;
  readonly failed: number;
  readonly busy: LoadResult['busy'];
}

/** Doubles the rate until something fails or cannot keep up, then tries once between the last good rate and the first bad one. */
async function highestRate(
  what: 'calls' | 'registrations',
  load: Pick<Load, 'scenario' | 'pauseMs'>,
  { stepSeconds }: Plan,
  progress: Progress,
): Promise<Rate> {
  const attempt = async (rate: number): Promise<Rate & { readonly isGood: boolean }> => {
    const { stats, achievedPerSecond, busy } = await runAt(load, rate, stepSeconds);
    const seen = `${Math.round(achievedPerSecond)}/s achieved, ${stats.failed} failed, ${stats.retransmissions} sent again`;
    const cpu = `CPU % server ${busy.server}, application ${busy.application}, SIPp ${busy.sipp}`;
    progress(`${what}: ${rate}/s for ${stepSeconds} s: ${seen}; ${cpu}`);
    return { rate, failed: stats.failed, busy, isGood: stats.failed === 0 && achievedPerSecond >= rate * KEPT_UP };
  };
  let best = await attempt(FIRST_RATE[what]);
  // What fails at the first rate stays in the figures; above it, failures only end the search.
  if (!best.isGood) return { ...best, rate: 0 };
  for (;;) {
    const next = await attempt(2 * best.rate);
    if (!next.isGood) break;
    best = next;
  }
  const between = await attempt(Math.round(1.4 * best.rate));
  return between.isGood ? between : best;
}

/** A fresh server at one rate; the first calls of a process are slow, because its code is not compiled yet. */
async function runAt(load: Pick<Load, 'scenario' | 'pauseMs'>, rate: number, seconds: number): Promise<LoadResult> {
  const station = await SipStation.start();
  try {
    await station.load({ ...load, calls: WARM_UP_CALLS, perSecond: SET_UP_PER_SECOND });
    return await station.load({ ...load, calls: rate * seconds, perSecond: rate });
  } finally {
    await station.stop();
  }
}

async function measureStandingDialogs(
  { standing }: Plan,
  progress: Progress,
): Promise<{ dialogs: number; kbPerDialog: number; heapKbPerDialog: number; failed: number }> {
  const station = await SipStation.start();
  try {
    await station.load({ scenario: 'uac-rings-in', calls: WARM_UP_CALLS, perSecond: SET_UP_PER_SECOND, pauseMs: 100 });
    await station.untilSettled(0);
    const before = await station.heldMemory();
    const pauseMs = (standing / SET_UP_PER_SECOND) * 1000 + 55_000;
    const over = station.load({ scenario: 'uac-rings-in', calls: standing, perSecond: SET_UP_PER_SECOND, pauseMs });
    // It is awaited below; until then its failure must not end the process.
    over.catch(() => undefined);
    await station.untilSettled(standing, pauseMs - 5_000);
    const after = await station.heldMemory();
    const { stats } = await over;
    const [rss, rssBefore] = [after.residentBytes, before.residentBytes];
    progress(`standing dialogs: ${standing}; resident ${megabytes(rssBefore)} MB before, ${megabytes(rss)} MB with them`);
    return {
      dialogs: stats.successful,
      kbPerDialog: kilobytesEach(rss - rssBefore, standing),
      heapKbPerDialog: kilobytesEach(after.heapBytes - before.heapBytes, standing),
      failed: stats.failed,
    };
  } finally {
    await station.stop();
  }
}

/**
 * Resident memory must be flat once it has found its height: the last tenth of the soak against the tenth after its half (a quick soak is
 * too short for that). What is held before and after, without garbage, would show a leak.
 */
async function measureSoak({ soakSeconds }: Plan, progress: Progress) {
  const station = await SipStation.start();
  const load = { scenario: 'uac-rings-in', perSecond: SOAK_CALLS_PER_SECOND, pauseMs: SOAK_CALL_MS } as const;
  try {
    await station.load({ ...load, calls: SOAK_WARM_UP_SECONDS * SOAK_CALLS_PER_SECOND });
    await station.untilSettled(0);
    const before = await station.heldMemory();
    const calls = soakSeconds * SOAK_CALLS_PER_SECOND;
    const state = { isOver: false };
    const over = station.load({ ...load, calls }).finally(() => (state.isOver = true));
    over.catch(() => undefined);
    const samples: number[] = [];
    while (!state.isOver) {
      await sleep(1_000);
      samples.push(await residentBytes(station.server.pid));
      if (samples.length % 30 === 0) progress(`soak: ${samples.length} s, ${megabytes(samples.at(-1) ?? 0)} MB`);
    }
    const { stats, busy } = await over;
    await station.untilSettled(0);
    const after = await station.heldMemory();
    const tenth = Math.ceil(samples.length / 10);
    const half = Math.floor(samples.length / 2);
    const [middle, end] = [mean(samples.slice(half, half + tenth)), mean(samples.slice(-tenth))];
    progress(`soak: resident ${megabytes(before.residentBytes)} MB idle before, ${megabytes(after.residentBytes)} MB idle after`);
    return {
      calls: stats.successful,
      failed: stats.failed,
      growthPercent: Math.round(((end - middle) / middle) * 1000) / 10,
      heldMb: `${megabytes(before.heapBytes)} → ${megabytes(after.heapBytes)}`,
      peakMb: megabytes(Math.max(...samples)),
      busy,
    };
  } finally {
    await station.stop();
  }
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const megabytes = (bytes: number): number => Math.round(bytes / 104_857.6) / 10;

const kilobytesEach = (bytes: number, count: number): number => Math.round((bytes / 1024 / count) * 10) / 10;
