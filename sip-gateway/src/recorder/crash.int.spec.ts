import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { RecordingGap } from '#contracts/recordings.contract';
import { channelsOf, MixerRig, waitFor } from '../mixer/mixer-rig.ts';
import { decibelsBetween, measureTone } from '../mixer/tone-meter.ts';

jasmine.DEFAULT_TIMEOUT_INTERVAL = 30_000;

const Pids = z.object({ mixer: z.int(), recorder: z.int(), packer: z.int() });

/** A machine that is busy with other tests may stop the mixer for a moment: those gaps are not what is looked for here. */
function ours(gaps: readonly RecordingGap[]): RecordingGap[] {
  return gaps.filter(({ kind }) => kind !== 'stood-still');
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function expectBothTones(rig: MixerRig, file: string, seconds: { atLeast: number; atMost: number }): Promise<void> {
  const recording = await rig.readRecording(file);
  expect(recording.seconds).toBeGreaterThanOrEqual(seconds.atLeast);
  expect(recording.seconds).toBeLessThanOrEqual(seconds.atMost);
  const [first, second] = recording.channels.map((channel) => channel.subarray(1600, 5600));
  expect(decibelsBetween(measureTone(first ?? [], 440), measureTone(first ?? [], 1000))).toBeGreaterThan(40);
  expect(decibelsBetween(measureTone(second ?? [], 1000), measureTone(second ?? [], 440))).toBeGreaterThan(40);
}

describe('when the mixer is killed', () => {
  it('its loss is told, the recording is kept up to that moment, and new legs work', async () => {
    const rig = await MixerRig.start();
    try {
      await rig.join('a', 440);
      await rig.join('b', 1000);
      await rig.mixer.startRecording('r', 'r.recording', channelsOf('a', 'b'));
      await sleep(1000);
      process.kill(rig.mixer.pids.mixer ?? 0, 'SIGKILL');
      await rig.until('lost mixer');
      const receipt = await rig.mixer.stopRecording('r');
      await expectBothTones(rig, 'r.recording', { atLeast: 0.8, atMost: 1.4 });
      expect(receipt.seconds).toBeGreaterThan(0.8);
      await expectAsync(rig.mixer.connectLeg('a', { host: '127.0.0.1', port: 4000 }, null)).toBeRejectedWith(
        jasmine.objectContaining({ code: 'unknown-leg' }),
      );
      await rig.join('c', 440);
      await rig.mixer.startRecording('s', 's.recording', channelsOf('c'));
      await sleep(300);
      await rig.mixer.stopRecording('s');
      expect((await rig.readRecording('s.recording')).seconds).toBeGreaterThan(0.2);
      expect(rig.events).toEqual(['lost mixer']);
    } finally {
      await rig.close();
    }
  });
});

describe('when the recorder is killed', () => {
  it('the same recording goes on in a new segment, with nothing lost, while the talk goes on', async () => {
    const rig = await MixerRig.start();
    try {
      const a = await rig.join('a', 440);
      await rig.join('b', 1000);
      await rig.joinTwo('a', 'b');
      await rig.mixer.startRecording('r', 'r.recording', channelsOf('a', 'b'));
      const startedAtMs = performance.now();
      await sleep(1000);
      process.kill(rig.mixer.pids.recorder ?? 0, 'SIGKILL');
      await rig.until('lost recorder');
      await waitFor(
        () => rig.hasFile('r.2.segment'),
        10_000,
        () => 'no second segment',
      );
      await rig.mixer.mark('r', 'promise-made');
      await sleep(500);
      expect(measureTone(a.heard.subarray(-4000), 1000)).toBeGreaterThan(6000);
      const talkSeconds = (performance.now() - startedAtMs) / 1000;
      const receipt = await rig.mixer.stopRecording('r');
      expect(Math.abs(receipt.seconds - talkSeconds)).toBeLessThan(0.15);
      const { seconds, channels, description } = await rig.readRecording('r.recording');
      expect(Math.abs(seconds - receipt.seconds)).toBeLessThan(0.1);
      expect(ours(description.gaps)).toEqual([]);
      expect(description.marks.map(({ kind }) => kind)).toEqual(['promise-made']);
      expect(measureTone(channels[0]?.subarray(4000, 11_000) ?? [], 440)).toBeGreaterThan(6000);
      expect(rig.sealed[0]?.missingPackets).toEqual([0, 0]);
      expect(rig.events).toEqual(['lost recorder']);
    } finally {
      await rig.close();
    }
  });

  it('a recording that was being closed is closed by the next recorder', async () => {
    const rig = await MixerRig.start();
    try {
      await rig.join('a', 440);
      await rig.mixer.startRecording('r', 'r.recording', channelsOf('a'));
      await sleep(500);
      process.kill(rig.mixer.pids.recorder ?? 0, 'SIGSTOP');
      const stopped = rig.mixer.stopRecording('r');
      await sleep(100);
      process.kill(rig.mixer.pids.recorder ?? 0, 'SIGKILL');
      expect((await stopped).seconds).toBeGreaterThan(0.4);
      expect(ours((await rig.readRecording('r.recording')).description.gaps)).toEqual([]);
    } finally {
      await rig.close();
    }
  });

  it('what is damaged on the disk becomes a gap of known length, told as one', async () => {
    const rig = await MixerRig.start();
    try {
      await rig.join('a', 440);
      await rig.mixer.startRecording('r', 'r.recording', channelsOf('a'));
      await sleep(1000);
      process.kill(rig.mixer.pids.recorder ?? 0, 'SIGKILL');
      await waitFor(
        () => rig.hasFile('r.2.segment'),
        3000,
        () => 'no second segment',
      );
      await truncate(rig.file('r.1.segment'), 9000);
      await sleep(300);
      await rig.mixer.stopRecording('r');
      const { description } = await rig.readRecording('r.recording');
      expect(ours(description.gaps).map(({ kind, channel }) => [kind, channel])).toEqual([['not-written', null]]);
      expect(description.gaps[0]?.seconds).toBeGreaterThan(0.4);
      expect(description.gaps[0]?.seconds).toBeLessThan(1);
      expect(description.marks[0]).toEqual(jasmine.objectContaining({ kind: 'gap', seconds: description.gaps[0]?.seconds ?? 0 }));
    } finally {
      await rig.close();
    }
  });
});

describe('when the recorder stands still', () => {
  it('it is replaced, and what it did not take is told to the next one', async () => {
    const rig = await MixerRig.start();
    try {
      const a = await rig.join('a', 440);
      await rig.join('b', 1000);
      await rig.joinTwo('a', 'b');
      await rig.mixer.startRecording('r', 'r.recording', channelsOf('a', 'b'));
      await sleep(500);
      process.kill(rig.mixer.pids.recorder ?? 0, 'SIGSTOP');
      await rig.until('lost recorder', 20_000);
      expect(measureTone(a.heard.subarray(-4000), 1000)).toBeGreaterThan(6000);
      await waitFor(
        () => rig.hasFile('r.2.segment'),
        3000,
        () => 'no second segment',
      );
      const receipt = await rig.mixer.stopRecording('r');
      const { seconds, description } = await rig.readRecording('r.recording');
      expect(seconds).toBeGreaterThan(5);
      expect(Math.abs(seconds - receipt.seconds)).toBeLessThan(0.1);
      expect(ours(description.gaps)).toEqual([]);
    } finally {
      await rig.close();
    }
  }, 40_000);
});

describe('when the packer is killed', () => {
  it('the recording is packed by the next one, and told once', async () => {
    const rig = await MixerRig.start();
    try {
      await rig.join('a', 440);
      for (const name of ['r', 's']) await rig.mixer.startRecording(name, `${name}.recording`, channelsOf('a'));
      await sleep(400);
      const stopped = Promise.all(['r', 's'].map((name) => rig.mixer.stopRecording(name)));
      await waitFor(
        () => rig.hasFile('r.recording.part') || rig.hasFile('s.recording.part'),
        5000,
        () => 'nothing is being packed',
      );
      process.kill(rig.mixer.pids.packer ?? 0, 'SIGKILL');
      await stopped;
      for (const name of ['r', 's']) expect((await rig.readRecording(`${name}.recording`)).seconds).toBeGreaterThan(0.3);
      expect(rig.sealed.length).toBe(2);
      expect((await readdir(rig.file(''))).sort()).toEqual(['chain.jsonl', 'r.recording', 's.recording']);
      const entries = await rig.chain();
      expect(entries.map(({ number, fits }) => [number, fits])).toEqual([
        [1, true],
        [2, true],
      ]);
    } finally {
      await rig.close();
    }
  });
});

describe('when the gateway is killed', () => {
  it('its processes end by themselves, and the next gateway finds, packs and tells the recording once', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'doomed-gateway-'));
    const gateway = fork(path.join(import.meta.dirname, 'doomed-gateway.ts'), [folder]);
    try {
      const pids = Pids.parse((await once(gateway, 'message'))[0]);
      await sleep(1000);
      gateway.kill('SIGKILL');
      await waitFor(
        () => !isAlive(pids.mixer) && !isAlive(pids.recorder) && !isAlive(pids.packer),
        5000,
        () => 'the processes outlived their gateway',
      );
      expect((await readdir(path.join(folder, 'recordings'))).sort()).toEqual(['chain.jsonl', 'r.1.segment']);
      expect(await readdir(path.join(folder, 'run'))).toEqual([]);
      const rig = await MixerRig.start({ folder });
      expect(rig.events).toEqual(['repaired r.recording']);
      await expectBothTones(rig, 'r.recording', { atLeast: 0.8, atMost: 1.5 });
      expect(rig.sealed.map(({ file }) => file)).toEqual(['r.recording']);
      expect((await readdir(rig.file(''))).sort()).toEqual(['chain.jsonl', 'r.recording']);
      await rig.mixer.close();
      const again = await MixerRig.start({ folder });
      expect(await again.mixer.findSealed('r.recording')).toEqual(rig.sealed[0] ?? null);
      expect([again.events, again.sealed]).toEqual([[], []]);
      await again.close();
    } finally {
      gateway.kill('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    }
  }, 20_000);
});

describe('a recorder that starts', () => {
  it('leaves alone what is not its own, and cuts half a line off the chain', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'leftovers-'));
    const first = await MixerRig.start({ folder });
    await first.join('a', 440);
    await first.mixer.startRecording('r', 'r.recording', channelsOf('a'));
    await sleep(200);
    await first.mixer.stopRecording('r');
    await first.readRecording('r.recording');
    await first.mixer.close();
    const chain = await readFile(first.file('chain.jsonl'));
    await writeFile(first.file('chain.jsonl'), Buffer.concat([chain, Buffer.from('{"number":2,"prev')]));
    await writeFile(first.file('foreign.1.segment'), Buffer.alloc(500, 7));
    const rig = await MixerRig.start({ folder });
    try {
      await rig.until('unpacked foreign.recording');
      expect(await readFile(rig.file('chain.jsonl'))).toEqual(chain);
      expect((await readdir(rig.file(''))).sort()).toEqual(['chain.jsonl', 'foreign.1.segment', 'r.recording']);
    } finally {
      await rig.close();
      await first.close();
    }
  });

  it('refuses a folder in which another recorder works', async () => {
    const rig = await MixerRig.start();
    try {
      await rig.mixer.openLeg('a');
      await expectAsync(MixerRig.start({ folder: rig.folder })).toBeRejectedWith(jasmine.objectContaining({ code: 'lost' }));
    } finally {
      await rig.close();
    }
  }, 20_000);
});
