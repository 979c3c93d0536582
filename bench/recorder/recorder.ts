import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { newKeyFile } from '#vault/key-ring';
import { MixerProcess } from '../../sip-gateway/src/mixer/mixer-process.ts';
import type { Benchmark } from '../benchmark.ts';

const CALLS = 150;
const QUICK_CALLS = 20;
const SECONDS = 30;
const QUICK_SECONDS = 3;
const FIRST_PORT = 46_000;
/** Clock ticks of proc(5), of which Linux shows 100 a second. */
const TICKS_PER_SECOND = 100;

/** Processor time a process has had so far, in seconds; children that ended are counted with it. */
async function processorSeconds(pid: number | undefined): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'latin1')).split(') ').at(-1)?.split(' ') ?? [];
  // utime, stime, cutime and cstime are fields 14 to 17; the first one here is field 3.
  return [14, 15, 16, 17].reduce((sum, field) => sum + Number(fields[field - 3]), 0) / TICKS_PER_SECOND;
}

async function folderBytes(folder: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(folder, { recursive: true })) bytes += (await stat(path.join(folder, name))).size;
  return bytes;
}

/** Two-party recordings at once: processor time of the recorder while they run and of the packer after, and what lies on the disk. */
export const recorder: Benchmark = async ({ quick, progress }) => {
  const [calls, seconds] = quick ? [QUICK_CALLS, QUICK_SECONDS] : [CALLS, SECONDS];
  const folder = await mkdtemp(path.join(tmpdir(), 'bench-recorder-'));
  const recordingsDir = path.join(folder, 'recordings');
  const keyFile = path.join(folder, 'keys.json');
  await writeFile(keyFile, JSON.stringify(newKeyFile('bench')), { mode: 0o600 });
  const mixer = new MixerProcess({
    address: '127.0.0.1',
    portMin: FIRST_PORT,
    portMax: FIRST_PORT + calls * 4 + 2,
    recordingsDir,
    keyFile,
    runDir: path.join(folder, 'run'),
    realTime: 'try',
    logger: pino({ level: 'error' }),
  });
  let sealed = 0;
  let gaps = 0;
  mixer.listen({
    onRecordingSealed: (recording) => {
      sealed += 1;
      gaps += recording.gaps.filter(({ kind }) => kind !== 'not-received').length;
    },
  });
  try {
    await mixer.start();
    for (let call = 0; call < calls; call += 1) {
      for (const party of ['agent', 'resident']) await mixer.openLeg(`${party}:${call}`);
      const channels = ['agent', 'resident'].map((name) => ({ name, leg: `${name}:${call}` }));
      await mixer.startRecording(`call-${call}`, `bench/call-${call}.recording`, channels);
    }
    progress(`${calls} recordings run for ${seconds} s`);
    const { recorder: recorderPid, packer: packerPid } = mixer.pids;
    const before = { recorder: await processorSeconds(recorderPid), startMs: performance.now() };
    await sleep(seconds * 1000);
    const recorderPct =
      (((await processorSeconds(recorderPid)) - before.recorder) / ((performance.now() - before.startMs) / 1000)) * 100;
    const segmentBytes = await folderBytes(recordingsDir);
    progress('packing');
    const packing = { cpu: await processorSeconds(packerPid), startMs: performance.now() };
    const receipts = await Promise.all(Array.from({ length: calls }, (_, call) => mixer.stopRecording(`call-${call}`)));
    await mixer.whenPacked();
    const packCpu = (await processorSeconds(packerPid)) - packing.cpu;
    const recordedSeconds = receipts.reduce((sum, receipt) => sum + receipt.seconds, 0);
    const figures = {
      recordings: calls,
      recorder_cpu_pct_of_core: Math.round(recorderPct * 10) / 10,
      segment_kB_per_s_per_call: Math.round((segmentBytes / recordedSeconds / 1000) * 10) / 10,
      pack_cpu_ms_per_recorded_minute: Math.round((packCpu / (recordedSeconds / 60)) * 1000),
      pack_wall_s: Math.round((performance.now() - packing.startMs) / 100) / 10,
      missing: calls - sealed,
      gaps,
    };
    return { table: Object.entries(figures).map(([quantity, value]) => ({ quantity, value })), figures };
  } finally {
    await mixer.close();
    await rm(folder, { recursive: true, force: true });
  }
};
