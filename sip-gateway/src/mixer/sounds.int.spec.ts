import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SAMPLE_RATE } from './frame.ts';
import { MixerRig } from './mixer-rig.ts';
import type { RtpPeer } from './rtp-peer.ts';
import { toneOf } from './rtp-peer.ts';
import { makeWave } from './sound/wave-file.factory.ts';
import { decibelsBetween, measureTone, strongestTone } from './tone-meter.ts';

/** An announcement that is a tone, so that it can be measured among others. */
function announcement(hz: number, seconds: number): Buffer {
  const wave = toneOf(hz, 5000);
  return makeWave(Int16Array.from({ length: seconds * SAMPLE_RATE }, (_, i) => wave(i)));
}

function recent(peer: RtpPeer, seconds: number): Int16Array {
  return peer.heard.subarray(-Math.round(seconds * SAMPLE_RATE));
}

function rmsOf(samples: Int16Array): number {
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
}

describe('the sounds of the mixer process', () => {
  let folder: string;
  let rig: MixerRig;
  let a: RtpPeer;
  let b: RtpPeer;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'mix-sounds-'));
    await mkdir(path.join(folder, 'ja'));
    await writeFile(path.join(folder, 'ja', 'wait.wav'), announcement(1200, 0.6));
    rig = await MixerRig.start({ soundsDir: folder });
    [a, b] = [await rig.join('a', 440), await rig.join('b', 700)];
  });

  beforeEach(async () => {
    await rig.joinTwo('a', 'b');
    await sleep(300);
  });

  afterAll(async () => {
    await rig.close();
    await rm(folder, { recursive: true });
  });

  it('play an announcement to one leg over the other, who is turned down by 16 dB, and say when it has ended', async () => {
    await rig.mixer.play('a', 'ja/wait');
    await sleep(500);
    const during = recent(a, 0.25);
    expect(strongestTone(during, 1200)).toBeGreaterThan(4500);
    expect(decibelsBetween(8000, strongestTone(during, 700))).toBeCloseTo(16, 0);
    expect(measureTone(recent(b, 0.25), 1200)).toBeLessThan(50);
    expect(strongestTone(recent(b, 0.25), 440)).toBeGreaterThan(7000);
    await rig.until('played a ja/wait');
    await sleep(400);
    expect(strongestTone(recent(a, 0.2), 700)).toBeGreaterThan(7500);
    expect(measureTone(recent(a, 0.2), 1200)).toBeLessThan(50);
  });

  it('repeat an announcement at the gain asked for until it is stopped', async () => {
    const told = rig.events.length;
    await rig.mixer.play('a', 'ja/wait', { loop: true, gain: 0.5 });
    await sleep(1100);
    expect(strongestTone(recent(a, 0.25), 1200)).toBeCloseTo(2500, -3);
    await rig.mixer.stopPlaying('a');
    await sleep(300);
    expect(measureTone(recent(a, 0.15), 1200)).toBeLessThan(50);
    expect(rig.events.length).toBe(told);
  });

  it('refuse an announcement that is not there, and find one that was added after the folder is read again', async () => {
    await expectAsync(rig.mixer.play('a', 'en/wait')).toBeRejectedWith(jasmine.objectContaining({ code: 'unknown-sound' }));
    await expectAsync(rig.mixer.play('z', 'ja/wait')).toBeRejectedWith(jasmine.objectContaining({ code: 'unknown-leg' }));
    await writeFile(path.join(folder, 'closed.wav'), announcement(900, 0.5));
    await writeFile(path.join(folder, 'broken.wav'), 'no sound at all');
    expect(await rig.mixer.loadSounds()).toEqual(['closed', 'ja/wait']);
    await rig.mixer.play('a', 'closed');
    await sleep(400);
    expect(strongestTone(recent(a, 0.2), 900)).toBeGreaterThan(4500);
  });

  it('are music for the party on hold, at no moment louder than -18 dBFS, and the same for all who hold', async () => {
    await rig.mixer.setHearing([
      { leg: 'a', from: {}, source: 'music' },
      { leg: 'b', from: {}, source: 'music' },
    ]);
    await sleep(1200);
    const music = recent(a, 0.9);
    expect(rmsOf(music)).toBeGreaterThan(200);
    expect(music.every((sample) => Math.abs(sample) < 4300)).toBeTrue();
    expect(decibelsBetween(rmsOf(music), measureTone(music, 700))).toBeGreaterThan(20);
    expect(Math.abs(decibelsBetween(rmsOf(music), rmsOf(recent(b, 0.9))))).toBeLessThan(1);
  });

  it('are comfort noise of about -60 dBm0', async () => {
    await rig.mixer.setHearing([{ leg: 'a', from: {}, source: 'comfort' }]);
    await sleep(700);
    const dbm0 = 20 * Math.log10(rmsOf(recent(a, 0.5)) / (32_124 / Math.SQRT2)) + 3.17;
    expect(dbm0).toBeGreaterThan(-63);
    expect(dbm0).toBeLessThan(-56);
  });

  it('are a beep and the sign to repeat, over what the leg hears', async () => {
    a.forget();
    await rig.mixer.playTone('a', 'beep');
    await sleep(500);
    const heard = a.heard;
    expect(strongestTone(heard, 1000)).toBeGreaterThan(3500);
    expect(measureTone(recent(b, 0.4), 1000)).toBeLessThan(100);
    await rig.mixer.playTone('b', 'please-repeat');
    await sleep(600);
    expect(strongestTone(recent(b, 0.6), 880)).toBeGreaterThan(3000);
    expect(strongestTone(recent(b, 0.6), 660)).toBeGreaterThan(3000);
    expect(strongestTone(recent(b, 0.6), 440)).toBeGreaterThan(7000);
  });
});
