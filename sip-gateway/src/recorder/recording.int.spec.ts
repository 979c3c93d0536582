import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { SAMPLE_RATE } from '../mixer/frame.ts';
import { channelsOf, MixerRig, readWav } from '../mixer/mixer-rig.ts';
import { decibelsBetween, measureTone } from '../mixer/tone-meter.ts';

const run = promisify(execFile);

describe('a recording', () => {
  let rig: MixerRig;

  beforeEach(async () => {
    rig = await MixerRig.start();
  });

  afterEach(async () => {
    await rig.close();
  });

  it('has each party on its own channel, nothing of the other, and exactly the length of the talk', async () => {
    await rig.join('a', 440);
    await rig.join('b', 1000);
    await rig.joinTwo('a', 'b');
    await sleep(300);
    await rig.mixer.startRecording('r', 'calls/2026/r.wav', channelsOf('a', 'b'));
    const startedAtMs = performance.now();
    await sleep(2000);
    const talkSeconds = (performance.now() - startedAtMs) / 1000;
    const receipt = await rig.mixer.stopRecording('r');
    const wav = await readWav(rig.file('calls/2026/r.wav'));
    expect(wav.seconds).toBe(receipt.seconds);
    expect(Math.abs(wav.seconds - talkSeconds)).toBeLessThan(0.1);
    const [first = new Int16Array(), second = new Int16Array()] = wav.channels.map((channel) => channel.subarray(0, SAMPLE_RATE));
    expect(decibelsBetween(measureTone(first, 440), measureTone(first, 1000))).toBeGreaterThan(40);
    expect(decibelsBetween(measureTone(second, 1000), measureTone(second, 440))).toBeGreaterThan(40);
    expect(measureTone(first, 440)).toBeGreaterThan(7500);
    expect(receipt.sha256).toBe(
      createHash('sha256')
        .update(await readFile(rig.file('calls/2026/r.wav')))
        .digest('hex'),
    );
    expect(await readdir(rig.file('calls/2026'))).toEqual(['r.wav']);
  });

  it('does not notice that a party comes back from another address, and takes nothing from the old one', async () => {
    const old = await rig.join('a', 440);
    await rig.join('b', 1000);
    await rig.mixer.startRecording('r', 'r.wav', channelsOf('a', 'b'));
    await sleep(700);
    const port = (await rig.mixer.list()).legs.find(({ leg }) => leg === 'a')?.port ?? 0;
    const reloaded = await rig.join('spare', 2000);
    await rig.mixer.closeLeg('spare');
    reloaded.sendTone(1700, { host: '127.0.0.1', port });
    await rig.mixer.connectLeg('a', reloaded.address, null);
    await sleep(1000);
    old.stopSending();
    const receipt = await rig.mixer.stopRecording('r');
    const { channels } = await readWav(rig.file('r.wav'));
    const [before, after] = [channels[0]?.subarray(1600, 4800) ?? [], channels[0]?.subarray(-4800) ?? []];
    expect(decibelsBetween(measureTone(before, 440), measureTone(before, 1700))).toBeGreaterThan(40);
    expect(decibelsBetween(measureTone(after, 1700), measureTone(after, 440))).toBeGreaterThan(30);
    expect(receipt.concealedFrames[0]).toBeGreaterThan(0);
  });

  it('goes on with silence in the channel of a leg that is closed', async () => {
    await rig.join('a', 440);
    await rig.join('b', 1000);
    await rig.mixer.startRecording('r', 'r.wav', channelsOf('a', 'b'));
    await sleep(400);
    await rig.mixer.closeLeg('b');
    await sleep(400);
    const receipt = await rig.mixer.stopRecording('r');
    const { channels } = await readWav(rig.file('r.wav'));
    expect(receipt.seconds).toBeGreaterThan(0.7);
    expect(channels[1]?.subarray(-1600).every((sample) => sample === 0)).toBeTrue();
    expect(measureTone(channels[0]?.subarray(-1600) ?? [], 440)).toBeGreaterThan(5000);
    expect(receipt.concealedFrames[1]).toBeGreaterThanOrEqual(15);
  });

  it('reaches the disk while the call goes on, playable at every second of it', async () => {
    await rig.join('a', 440);
    await rig.mixer.startRecording('r', 'r.wav', channelsOf('a'));
    await sleep(2600);
    const { size } = await stat(rig.file('r.wav.part'));
    expect(size).toBeGreaterThan(2.3 * SAMPLE_RATE * 2);
    const header = await readFile(rig.file('r.wav.part'));
    expect(header.readUInt32LE(40)).toBeGreaterThan(1 * SAMPLE_RATE * 2);
    await rig.mixer.stopRecording('r');
  });

  it('refuses a file name that leads elsewhere or is taken, leaving nothing behind', async () => {
    await rig.join('a', 440);
    for (const name of ['../r.wav', '/tmp/r.wav', 'a/../../r.wav', '.r.wav', 'r.mp3', 'r\0.wav', '']) {
      await expectAsync(rig.mixer.startRecording('r', name, channelsOf('a'))).toBeRejectedWith(
        jasmine.objectContaining({ code: 'recording-failed' }),
      );
    }
    await rig.mixer.startRecording('r', 'r.wav', channelsOf('a'));
    await expectAsync(rig.mixer.startRecording('s', 'r.wav', channelsOf('a'))).toBeRejectedWith(
      jasmine.objectContaining({ code: 'recording-failed' }),
    );
    await rig.mixer.stopRecording('r');
    await expectAsync(rig.mixer.startRecording('s', 'r.wav', channelsOf('a'))).toBeRejectedWith(
      jasmine.objectContaining({ code: 'recording-failed' }),
    );
    await expectAsync(rig.mixer.startRecording('s', 's.wav', channelsOf('a', 'z'))).toBeRejectedWith(
      jasmine.objectContaining({ code: 'unknown-leg' }),
    );
    expect(await readdir(rig.file(''))).toEqual(['r.wav']);
  });

  it('keeps to the clock when the mixer stood still, with the gap as silence and counted', async () => {
    await rig.join('a', 440);
    await rig.mixer.startRecording('r', 'r.wav', channelsOf('a'));
    const startedAtMs = performance.now();
    await sleep(400);
    process.kill(rig.mixer.pids.mixer ?? 0, 'SIGSTOP');
    await sleep(1000);
    process.kill(rig.mixer.pids.mixer ?? 0, 'SIGCONT');
    await sleep(400);
    const talkSeconds = (performance.now() - startedAtMs) / 1000;
    const receipt = await rig.mixer.stopRecording('r');
    expect(Math.abs(receipt.seconds - talkSeconds)).toBeLessThan(0.1);
    expect(receipt.concealedFrames[0]).toBeGreaterThan(40);
    expect((await rig.mixer.tickStatistics()).skipped).toBeGreaterThan(40);
  });

  it('fails by name when the disk is full, stays playable, and disturbs neither audio nor the other recordings', async () => {
    if (process.getuid?.() !== 0) pending('mounting a small disk needs root');
    const small = rig.file('small');
    await mkdir(small, { recursive: true });
    await run('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', small]);
    try {
      await writeFile(path.join(small, 'filler'), Buffer.alloc(1024 * 1024 - 48 * 1024));
      await rig.join('a', 440);
      const b = await rig.join('b', 1000);
      await rig.joinTwo('a', 'b');
      await rig.mixer.startRecording('small', 'small/r.wav', channelsOf('a', 'b'));
      await rig.mixer.startRecording('large', 'r.wav', channelsOf('a', 'b'));
      await rig.until('failed small disk full');
      b.forget();
      await sleep(600);
      expect(measureTone(b.heard.subarray(-2400), 440)).toBeGreaterThan(6000);
      const { seconds, channels } = await readWav(path.join(small, 'r.wav'));
      expect(seconds).toBeGreaterThan(0.8);
      expect(measureTone(channels[0]?.subarray(1600, 4800) ?? [], 440)).toBeGreaterThan(6000);
      expect((await rig.mixer.list()).recordings).toEqual(['large']);
      await expectAsync(rig.mixer.stopRecording('small')).toBeRejectedWith(
        jasmine.objectContaining({ code: 'recording-failed' }),
      );
      await expectAsync(rig.mixer.startRecording('next', 'small/next.wav', channelsOf('a'))).toBeRejectedWith(
        jasmine.objectContaining({ code: 'recording-failed', message: 'disk full' }),
      );
      const receipt = await rig.mixer.stopRecording('large');
      expect((await readWav(rig.file('r.wav'))).seconds).toBe(receipt.seconds);
      expect(rig.events).toEqual(['failed small disk full']);
    } finally {
      await run('umount', [small]);
    }
  });
});
