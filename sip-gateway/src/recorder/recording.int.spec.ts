import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, stat, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { RecordingGap } from '#contracts/recordings.contract';
import { hashSealedFile } from '#vault/sealed-file';
import { SAMPLE_RATE } from '../mixer/frame.ts';
import { channelsOf, MixerRig, waitFor } from '../mixer/mixer-rig.ts';
import { decibelsBetween, measureTone } from '../mixer/tone-meter.ts';

const run = promisify(execFile);

jasmine.DEFAULT_TIMEOUT_INTERVAL = 30_000;

/** A machine that is busy with other tests may stop the mixer for a moment: those gaps are not what is looked for here. */
function ours(gaps: readonly RecordingGap[]): RecordingGap[] {
  return gaps.filter(({ kind }) => kind !== 'stood-still');
}

/** The second that begins here. */
function secondAt(channel: Int16Array | undefined, seconds: number): Int16Array {
  return (channel ?? new Int16Array()).subarray(seconds * SAMPLE_RATE, (seconds + 1) * SAMPLE_RATE);
}

describe('a recording', () => {
  let rig: MixerRig;

  beforeEach(async () => {
    rig = await MixerRig.start();
  });

  afterEach(async () => {
    await rig.close();
  });

  it('has each party on its own channel, nothing of the other, the length of the talk, and its hash in the chain', async () => {
    await rig.join('a', 440);
    await rig.join('b', 1000);
    await rig.joinTwo('a', 'b');
    await sleep(300);
    await rig.mixer.startRecording('r', 'calls/2026/r.recording', channelsOf('a', 'b'));
    const startedAtMs = performance.now();
    await sleep(2000);
    const talkSeconds = (performance.now() - startedAtMs) / 1000;
    const receipt = await rig.mixer.stopRecording('r');
    expect([receipt.file, receipt.channels]).toEqual(['calls/2026/r.recording', ['a', 'b']]);
    const recording = await rig.readRecording('calls/2026/r.recording');
    expect(recording.seconds).toBeCloseTo(receipt.seconds, 1);
    expect(Math.abs(receipt.seconds - talkSeconds)).toBeLessThan(0.1);
    const [first = new Int16Array(), second = new Int16Array()] = recording.channels.map((channel) => secondAt(channel, 0.5));
    expect(decibelsBetween(measureTone(first, 440), measureTone(first, 1000))).toBeGreaterThan(40);
    expect(decibelsBetween(measureTone(second, 1000), measureTone(second, 440))).toBeGreaterThan(40);
    expect(measureTone(first, 440)).toBeGreaterThan(6000);
    expect(await readdir(rig.file('calls/2026'))).toEqual(['r.recording']);
    const sealed = rig.sealed[0];
    expect(sealed?.sha256).toBe(await hashSealedFile(rig.file('calls/2026/r.recording')));
    expect([ours(sealed?.gaps ?? []), sealed?.missingPackets, sealed?.chain.number]).toEqual([[], [0, 0], 1]);
    const entries = await rig.chain();
    expect(entries.map(({ link, fits }) => [link, fits])).toEqual([[sealed?.chain.link ?? '', true]]);
  });

  it('is never on the disk in the clear, neither while it is written nor after', async () => {
    await rig.join('a', 440);
    await rig.mixer.startRecording('r', 'r.recording', channelsOf('a'));
    await sleep(1500);
    const segment = await readFile(rig.file('r.1.segment'));
    expect(segment.length).toBeGreaterThan(SAMPLE_RATE * 2);
    // Sound repeats itself, ciphertext never does: gzip finds nothing to save.
    const { gzipSync } = await import('node:zlib');
    expect(gzipSync(segment.subarray(256)).length).toBeGreaterThan(segment.length - 256);
    await rig.mixer.stopRecording('r');
    await rig.readRecording('r.recording');
    const sealed = await readFile(rig.file('r.recording'));
    expect(sealed.includes('OggS') || sealed.includes('OpusHead') || sealed.includes('peaks')).toBeFalse();
    expect((await stat(rig.file('r.recording'))).mode & 0o077).toBe(0);
  });

  it('takes in a party that joins late, keeps its channel silent when it leaves, and follows it to another leg', async () => {
    await rig.join('a', 440);
    await rig.join('b', 1000);
    await rig.join('c', 1700);
    await rig.mixer.startRecording('r', 'r.recording', [{ name: 'agent', leg: 'a' }]);
    await sleep(1000);
    await rig.mixer.assignChannel('r', 'interpreter', 'b');
    await sleep(1000);
    await rig.mixer.assignChannel('r', 'interpreter', null);
    await sleep(1000);
    await rig.mixer.assignChannel('r', 'agent', 'c');
    await sleep(1000);
    expect((await rig.mixer.stopRecording('r')).channels).toEqual(['agent', 'interpreter']);
    const { channels } = await rig.readRecording('r.recording');
    const [agent, interpreter] = channels;
    expect(Math.max(...secondAt(interpreter, 0).subarray(0, 6400))).toBeLessThan(50);
    expect(measureTone(secondAt(interpreter, 1.1).subarray(0, 6400), 1000)).toBeGreaterThan(6000);
    expect(Math.max(...secondAt(interpreter, 2.2).subarray(0, 4800))).toBeLessThan(50);
    expect(measureTone(secondAt(agent, 2), 440)).toBeGreaterThan(6000);
    expect(measureTone(secondAt(agent, 3.1).subarray(0, 5600), 1700)).toBeGreaterThan(6000);
    expect(ours(rig.sealed[0]?.gaps ?? [])).toEqual([]);
    expect(rig.sealed[0]?.missingPackets).toEqual([0, 0]);
  });

  it('has nothing of a pause, but its place, length and reason, and other marks where they were set', async () => {
    await rig.join('a', 440);
    await rig.mixer.startRecording('r', 'r.recording', channelsOf('a'));
    await sleep(1000);
    await rig.mixer.pauseRecording('r', 'account-number');
    await rig.mixer.pauseRecording('r', 'by-hand');
    const { size } = await stat(rig.file('r.1.segment'));
    await sleep(1000);
    expect((await stat(rig.file('r.1.segment'))).size).toBeLessThan(size + 6000);
    await rig.mixer.resumeRecording('r');
    await rig.mixer.mark('r', 'promise-made');
    await sleep(1000);
    await rig.mixer.stopRecording('r');
    const { channels, description, seconds } = await rig.readRecording('r.recording');
    expect(seconds).toBeGreaterThan(2.8);
    expect(measureTone(secondAt(channels[0], 0.1).subarray(0, 6000), 440)).toBeGreaterThan(6000);
    expect(Math.max(...secondAt(channels[0], 1.15).subarray(0, 5600))).toBeLessThan(50);
    expect(measureTone(secondAt(channels[0], 2.2).subarray(0, 4000), 440)).toBeGreaterThan(6000);
    const [pause, promise] = description.marks;
    expect([pause?.kind, pause?.reason, promise?.kind]).toEqual(['pause', 'account-number', 'promise-made']);
    expect(pause?.atSeconds).toBeCloseTo(1, 0);
    expect(pause?.seconds).toBeCloseTo(1, 0);
    expect(promise?.atSeconds).toBeCloseTo((pause?.atSeconds ?? 0) + (pause?.seconds ?? 0), 1);
    expect(ours(description.gaps)).toEqual([]);
  });

  it('tells where the sound of a party is missing, without calling it a loss of ours', async () => {
    const a = await rig.join('a', 440);
    await rig.join('b', 1000);
    await rig.mixer.startRecording('r', 'r.recording', channelsOf('a', 'b'));
    await sleep(600);
    a.stopSending();
    await sleep(1200);
    await rig.mixer.stopRecording('r');
    const { description } = await rig.readRecording('r.recording');
    expect(ours(description.gaps).map(({ kind, channel }) => [kind, channel])).toEqual([['not-received', 'a']]);
    expect(description.gaps[0]?.atSeconds).toBeGreaterThan(0.4);
    expect(rig.sealed[0]?.concealedFrames[0]).toBeGreaterThan(40);
    expect(rig.sealed[0]?.missingPackets).toEqual([0, 0]);
  });

  it('refuses a file name that leads elsewhere or is taken, and more than eight parties, leaving nothing behind', async () => {
    await rig.join('a', 440);
    for (const name of [
      '../r.recording',
      '/tmp/r.recording',
      'a/../../r.recording',
      '.r.recording',
      'r.wav',
      'r\0.recording',
      '',
    ]) {
      await expectAsync(rig.mixer.startRecording('r', name, channelsOf('a'))).toBeRejectedWith(
        jasmine.objectContaining({ code: 'recording-failed' }),
      );
    }
    await rig.mixer.startRecording('r', 'r.recording', channelsOf('a'));
    for (const file of ['r.recording', 's.recording']) {
      const channels = file === 's.recording' ? channelsOf('a', 'z') : channelsOf('a');
      await expectAsync(rig.mixer.startRecording('s', file, channels)).toBeRejected();
    }
    for (let i = 1; i < 8; i += 1) await rig.mixer.assignChannel('r', `third-party-${i}`, null);
    await expectAsync(rig.mixer.assignChannel('r', 'third-party-8', null)).toBeRejectedWith(
      jasmine.objectContaining({ code: 'recording-failed' }),
    );
    await sleep(200);
    await rig.mixer.stopRecording('r');
    await rig.readRecording('r.recording');
    await expectAsync(rig.mixer.startRecording('s', 'r.recording', channelsOf('a'))).toBeRejectedWith(
      jasmine.objectContaining({ code: 'recording-failed' }),
    );
    expect((await readdir(rig.file(''))).sort()).toEqual(['chain.jsonl', 'r.recording']);
  });

  it('keeps to the clock when the mixer stood still, with the gap as silence, told as a gap', async () => {
    await rig.join('a', 440);
    await rig.mixer.startRecording('r', 'r.recording', channelsOf('a'));
    const startedAtMs = performance.now();
    await sleep(400);
    process.kill(rig.mixer.pids.mixer ?? 0, 'SIGSTOP');
    await sleep(1000);
    process.kill(rig.mixer.pids.mixer ?? 0, 'SIGCONT');
    await sleep(400);
    const talkSeconds = (performance.now() - startedAtMs) / 1000;
    const receipt = await rig.mixer.stopRecording('r');
    expect(Math.abs(receipt.seconds - talkSeconds)).toBeLessThan(0.1);
    const { description, seconds } = await rig.readRecording('r.recording');
    expect(Math.abs(seconds - talkSeconds)).toBeLessThan(0.1);
    expect(description.gaps[0]).toEqual(jasmine.objectContaining({ kind: 'stood-still', channel: null }));
    expect(description.gaps[0]?.seconds).toBeGreaterThan(0.8);
  });

  it('fails by name when the disk is full, is packed once there is room, and disturbs neither audio nor the other recordings', async () => {
    if (process.getuid?.() !== 0) pending('mounting a small disk needs root');
    const small = rig.file('small');
    await mkdir(small, { recursive: true });
    await run('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', small]);
    try {
      await writeFile(path.join(small, 'filler'), Buffer.alloc(1024 * 1024 - 48 * 1024));
      await rig.join('a', 440);
      const b = await rig.join('b', 1000);
      await rig.joinTwo('a', 'b');
      await rig.mixer.startRecording('small', 'small/r.recording', channelsOf('a', 'b'));
      await rig.mixer.startRecording('large', 'r.recording', channelsOf('a', 'b'));
      await rig.until('failed small disk full');
      await rig.until('unpacked small/r.recording');
      b.forget();
      await sleep(600);
      expect(measureTone(b.heard.subarray(-2400), 440)).toBeGreaterThan(6000);
      expect((await rig.mixer.list()).recordings).toEqual(['large']);
      await expectAsync(rig.mixer.stopRecording('small')).toBeRejectedWith(
        jasmine.objectContaining({ code: 'recording-failed' }),
      );
      await expectAsync(rig.mixer.startRecording('next', 'small/next.recording', channelsOf('a'))).toBeRejectedWith(
        jasmine.objectContaining({ code: 'recording-failed', message: 'disk full' }),
      );
      await unlink(path.join(small, 'filler'));
      const { seconds, channels } = await rig.readRecording('small/r.recording');
      expect(seconds).toBeGreaterThan(0.8);
      expect(measureTone(channels[0]?.subarray(1600, 4800) ?? [], 440)).toBeGreaterThan(6000);
      const receipt = await rig.mixer.stopRecording('large');
      expect((await rig.readRecording('r.recording')).seconds).toBeCloseTo(receipt.seconds, 1);
      expect(rig.events).toEqual(['failed small disk full', 'unpacked small/r.recording']);
    } finally {
      await rig.mixer.whenPacked();
      await waitFor(
        () => rig.sealed.length > 0,
        5000,
        () => 'nothing was sealed',
      ).catch(() => undefined);
      await run('umount', ['-l', small]);
    }
  });
});
