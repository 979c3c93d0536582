import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { channelsOf, MixerRig, readWav, waitFor } from '../mixer/mixer-rig.ts';
import { decibelsBetween, measureTone } from '../mixer/tone-meter.ts';
import { encodeWavHeader } from './wav-header.ts';

const Pids = z.object({ mixer: z.int(), recorder: z.int() });

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function expectBothTones(file: string, seconds: { atLeast: number; atMost: number }): Promise<void> {
  const wav = await readWav(file);
  expect(wav.seconds).toBeGreaterThanOrEqual(seconds.atLeast);
  expect(wav.seconds).toBeLessThanOrEqual(seconds.atMost);
  const [first, second] = wav.channels.map((channel) => channel.subarray(1600, 5600));
  expect(decibelsBetween(measureTone(first ?? [], 440), measureTone(first ?? [], 1000))).toBeGreaterThan(40);
  expect(decibelsBetween(measureTone(second ?? [], 1000), measureTone(second ?? [], 440))).toBeGreaterThan(40);
}

describe('when the mixer is killed', () => {
  it('its loss is told, the recording is complete up to that moment, and new legs work', async () => {
    const rig = await MixerRig.start();
    try {
      await rig.join('a', 440);
      await rig.join('b', 1000);
      await rig.mixer.startRecording('r', 'r.wav', channelsOf('a', 'b'));
      await sleep(1000);
      process.kill(rig.mixer.pids.mixer ?? 0, 'SIGKILL');
      await rig.until('lost mixer');
      const receipt = await rig.mixer.stopRecording('r');
      await expectBothTones(rig.file('r.wav'), { atLeast: 0.8, atMost: 1.3 });
      expect((await readWav(rig.file('r.wav'))).seconds).toBe(receipt.seconds);
      await expectAsync(rig.mixer.connectLeg('a', { host: '127.0.0.1', port: 4000 }, null)).toBeRejectedWith(
        jasmine.objectContaining({ code: 'unknown-leg' }),
      );
      const c = await rig.join('c', 440);
      await rig.join('d', 1000);
      await rig.joinTwo('c', 'd');
      await rig.mixer.startRecording('s', 's.wav', channelsOf('c', 'd'));
      await sleep(1000);
      expect(measureTone(c.heard.subarray(-4000), 1000)).toBeGreaterThan(6000);
      await rig.mixer.stopRecording('s');
      await expectBothTones(rig.file('s.wav'), { atLeast: 0.9, atMost: 1.3 });
      expect(rig.events).toEqual(['lost mixer']);
    } finally {
      await rig.close();
    }
  });
});

describe('when the recorder is killed', () => {
  it('recordings fail by name, audio goes on, the file is repaired, and new recordings work', async () => {
    const rig = await MixerRig.start();
    try {
      const a = await rig.join('a', 440);
      await rig.join('b', 1000);
      await rig.joinTwo('a', 'b');
      await rig.mixer.startRecording('r', 'r.wav', channelsOf('a', 'b'));
      await sleep(1000);
      process.kill(rig.mixer.pids.recorder ?? 0, 'SIGKILL');
      await rig.until('lost recorder');
      await rig.until('repaired r.wav');
      expect(rig.events).toEqual(['failed r recorder lost', 'lost recorder', 'repaired r.wav']);
      await expectBothTones(rig.file('r.wav'), { atLeast: 0.75, atMost: 1.1 });
      await expectAsync(rig.mixer.stopRecording('r')).toBeRejectedWith(jasmine.objectContaining({ code: 'recording-failed' }));
      expect(measureTone(a.heard.subarray(-4000), 1000)).toBeGreaterThan(6000);
      await rig.mixer.startRecording('s', 's.wav', channelsOf('a', 'b'));
      await sleep(900);
      await rig.mixer.stopRecording('s');
      await expectBothTones(rig.file('s.wav'), { atLeast: 0.8, atMost: 1.2 });
    } finally {
      await rig.close();
    }
  });
});

describe('when the recorder stands still', () => {
  it('audio goes on, the recording fails after five seconds, and nothing that was sent is lost once it wakes', async () => {
    const rig = await MixerRig.start();
    try {
      const a = await rig.join('a', 440);
      await rig.join('b', 1000);
      await rig.joinTwo('a', 'b');
      await rig.mixer.startRecording('r', 'r.wav', channelsOf('a', 'b'));
      await sleep(500);
      process.kill(rig.mixer.pids.recorder ?? 0, 'SIGSTOP');
      await rig.until('failed r recorder too slow', 15_000);
      expect(measureTone(a.heard.subarray(-4000), 1000)).toBeGreaterThan(6000);
      process.kill(rig.mixer.pids.recorder ?? 0, 'SIGCONT');
      await waitFor(
        () => existsSync(rig.file('r.wav')),
        5000,
        () => 'the recording was not completed',
      );
      await expectBothTones(rig.file('r.wav'), { atLeast: 5, atMost: 15 });
      expect(rig.events).toEqual(['failed r recorder too slow']);
    } finally {
      await rig.close();
    }
  }, 30_000);
});

describe('when the gateway is killed', () => {
  it('mixer and recorder end by themselves and the recording is complete up to that moment', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'doomed-gateway-'));
    const gateway = fork(path.join(import.meta.dirname, 'doomed-gateway.ts'), [folder]);
    try {
      const pids = Pids.parse((await once(gateway, 'message'))[0]);
      await sleep(1000);
      gateway.kill('SIGKILL');
      await waitFor(
        () => !isAlive(pids.mixer) && !isAlive(pids.recorder),
        5000,
        () => 'the processes outlived their gateway',
      );
      await expectBothTones(path.join(folder, 'recordings/r.wav'), { atLeast: 0.8, atMost: 1.4 });
      expect(await readdir(path.join(folder, 'recordings'))).toEqual(['r.wav']);
      expect(await readdir(path.join(folder, 'run'))).toEqual([]);
    } finally {
      gateway.kill('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe('a recorder that starts', () => {
  it('completes what a crash left, drops what never began, and leaves alone what is not its own', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'leftovers-'));
    const recordings = path.join(folder, 'recordings');
    await mkdir(path.join(recordings, 'calls'), { recursive: true });
    const half = Buffer.concat([encodeWavHeader({ channels: 2, sampleRate: 8000 }, 0), Buffer.alloc(32_000 + 3, 1)]);
    await writeFile(path.join(recordings, 'calls/half.wav.part'), half);
    await writeFile(path.join(recordings, 'empty.wav.part'), Buffer.alloc(20));
    await writeFile(path.join(recordings, 'foreign.wav.part'), Buffer.alloc(500, 7));
    await writeFile(path.join(recordings, 'taken.wav.part'), half);
    await writeFile(path.join(recordings, 'taken.wav'), 'the complete one');
    const rig = await MixerRig.start({ folder });
    try {
      expect(rig.events).toEqual(['repaired calls/half.wav']);
      expect((await readWav(rig.file('calls/half.wav'))).seconds).toBe(1);
      expect((await readdir(recordings)).sort()).toEqual(['calls', 'foreign.wav.part', 'taken.wav', 'taken.wav.part']);
      expect(await readFile(rig.file('taken.wav'), 'utf8')).toBe('the complete one');
    } finally {
      await rig.close();
    }
  });

  it('refuses a folder in which another recorder works', async () => {
    const rig = await MixerRig.start();
    try {
      await rig.mixer.openLeg('a');
      await rig.mixer.startRecording('r', 'r.wav', channelsOf('a'));
      await expectAsync(MixerRig.start({ folder: rig.folder })).toBeRejectedWith(jasmine.objectContaining({ code: 'lost' }));
      await rig.mixer.stopRecording('r');
      expect(await readdir(rig.file(''))).toEqual(['r.wav']);
    } finally {
      await rig.close();
    }
  }, 20_000);
});
