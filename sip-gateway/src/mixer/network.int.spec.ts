import { setTimeout as sleep } from 'node:timers/promises';
import { UdpRelay } from '../testing/udp-relay.ts';
import { SAMPLE_RATE } from './frame.ts';
import { PCMA } from './g711.ts';
import { MixerRig, waitFor } from './mixer-rig.ts';
import { RtpPeer, toneOf } from './rtp-peer.ts';
import { decibelsBetween, measureTone, strongestTone } from './tone-meter.ts';

/** Half of a second silent, half spoken, again and again: delay is given back in the pauses. */
function speech(hz: number) {
  const tone = toneOf(hz);
  return (sample: number): number => (sample % SAMPLE_RATE < SAMPLE_RATE / 2 ? tone(sample) : 0);
}

describe('the mixer process on a bad network', () => {
  let rig: MixerRig;
  let relay: UdpRelay;
  let party: RtpPeer;
  let listener: RtpPeer;

  beforeEach(async () => {
    rig = await MixerRig.start();
    relay = await UdpRelay.open();
    party = await RtpPeer.open();
    const leg = await rig.mixer.openLeg('party');
    relay.join(party.address, leg);
    await rig.mixer.connectLeg('party', relay.right, null);
    listener = await rig.join('listener', 300);
    await rig.joinTwo('party', 'listener');
  });

  afterEach(async () => {
    party.close();
    relay.close();
    await rig.close();
  });

  it('makes a party with 10 % loss and 60 ms of jitter heard all the time, says how bad it is, and measures the round trip', async () => {
    relay.impairment = { loss: 0.1, jitterMs: 60, delayMs: 20 };
    party.send(speech(700), relay.left);
    await sleep(1500);
    const before = (await rig.mixer.list()).legs.find(({ leg }) => leg === 'party');
    const startMs = performance.now();
    await waitFor(
      // A report, or the answer to it, may be among the lost.
      () => typeof rig.qualities.get('party')?.at(-1)?.roundTripMs === 'number',
      17_000,
      () => 'no round trip was measured',
    );
    const frames = (performance.now() - startMs) / 20;
    const after = (await rig.mixer.list()).legs.find(({ leg }) => leg === 'party');
    const concealedShare = ((after?.framesConcealed ?? 0) - (before?.framesConcealed ?? 0)) / frames;
    // What the network lost, and hardly more: once the buffer has grown, jitter costs nothing.
    expect(concealedShare).toBeGreaterThan(0.06);
    expect(concealedShare).toBeLessThan(0.16);
    const quality = rig.qualities.get('party')?.at(-1);
    expect(quality?.lossPct).toBeGreaterThan(5);
    expect(quality?.lossPct).toBeLessThan(20);
    expect(quality?.jitterMs).toBeGreaterThan(10);
    expect(quality?.roundTripMs).toBeGreaterThan(19);
    expect(quality?.mos).toBeLessThan(3.9);
    expect(
      party.reports.some(({ blocks }) =>
        blocks.some(({ ssrc, fractionLost }) => ssrc === party.address.port && fractionLost > 5),
      ),
    ).toBeTrue();
    const spoken = loudestHalf(listener.heard.subarray(-SAMPLE_RATE));
    expect(strongestTone(spoken, 700)).toBeGreaterThan(5500);
    expect(rig.qualities.get('listener')?.at(-1)).toEqual(jasmine.objectContaining({ lossPct: 0 }));
    expect(rig.qualities.get('listener')?.at(-1)?.mos).toBeGreaterThan(4.2);
  }, 20_000);

  it('says once more how good it was when the leg is closed', async () => {
    party.send(speech(700), relay.left);
    await sleep(600);
    await rig.mixer.closeLeg('party');
    await waitFor(
      () => rig.qualities.get('party')?.length === 1 && party.reports.length === 1,
      2000,
      () => 'no report at the end',
    );
  });
});

describe('the mixer process and its parties', () => {
  let rig: MixerRig;

  beforeAll(async () => {
    rig = await MixerRig.start();
  });

  afterAll(async () => {
    await rig.close();
  });

  it('speaks A-law to one party and µ-law to the other, and understands both', async () => {
    const [a, b] = [await rig.join('a', 440), await rig.join('b', 1000)];
    a.payloadType = PCMA;
    await rig.mixer.connectLeg('a', a.address, null, 'PCMA');
    await rig.joinTwo('a', 'b');
    await sleep(500);
    for (const peer of [a, b]) peer.forget();
    await sleep(500);
    expect([[...a.heardTypes], [...b.heardTypes]]).toEqual([[8], [0]]);
    expect(strongestTone(a.heard.subarray(-2000), 1000)).toBeGreaterThan(7600);
    expect(
      decibelsBetween(measureTone(b.heard.subarray(-2000), 440), measureTone(b.heard.subarray(-2000), 1000)),
    ).toBeGreaterThan(35);
  });

  it('hears digits that come as tones, where it listens for them', async () => {
    const keys: Readonly<Record<string, readonly [number, number]>> = { '1': [697, 1209], '0': [941, 1336], '#': [941, 1477] };
    const pressed = [...'10#'];
    const peer = await rig.join('keys', 440);
    peer.stopSending();
    await rig.mixer.detectTones('keys', true);
    const port = (await rig.mixer.list()).legs.find(({ leg }) => leg === 'keys')?.port ?? 0;
    const pressMs = 120;
    peer.send(
      (sample) => {
        const [low, high] = keys[pressed[Math.floor(sample / 8 / pressMs)] ?? ''] ?? [0, 0];
        return (sample / 8) % pressMs < pressMs / 2 ? toneOf(low, 4000)(sample) + toneOf(high, 4000)(sample) : 0;
      },
      { host: '127.0.0.1', port },
    );
    await rig.until('digit keys #');
    expect(rig.events.filter((event) => event.startsWith('digit'))).toEqual(['digit keys 1', 'digit keys 0', 'digit keys #']);
    await rig.mixer.detectTones('keys', false);
  });

  it('shows five times a second how loudly each party speaks', async () => {
    const loud = await rig.join('loud', 440);
    await rig.join('quiet', 440);
    const quietPort = (await rig.mixer.list()).legs.find(({ leg }) => leg === 'quiet')?.port ?? 0;
    const quiet = await RtpPeer.open();
    await rig.mixer.connectLeg('quiet', quiet.address, null);
    quiet.send(toneOf(440, 80), { host: '127.0.0.1', port: quietPort });
    await sleep(900);
    expect(rig.levels['loud']).toBeCloseTo(20 * Math.log10(8000 / Math.SQRT2 / 32_768), -0.5);
    expect(rig.levels['quiet']).toBeLessThan(-45);
    loud.stopSending();
    await sleep(700);
    expect(rig.levels['loud']).toBe(-90);
    quiet.close();
  });

  it('keeps the sum of three loud voices from breaking', async () => {
    const ear = await rig.join('ear', 300);
    for (const [leg, hz] of [
      ['x', 500],
      ['y', 700],
      ['z', 1100],
    ] as const) {
      const peer = await rig.join(leg, hz);
      const port = (await rig.mixer.list()).legs.find((one) => one.leg === leg)?.port ?? 0;
      peer.stopSending();
      peer.send(toneOf(hz, 30_000), { host: '127.0.0.1', port });
    }
    await rig.mixer.setHearing([{ leg: 'ear', from: { x: 1, y: 1, z: 1 }, source: 'silence' }]);
    await sleep(900);
    const heard = ear.heard.subarray(-4000);
    const tones = [500, 700, 1100].map((hz) => strongestTone(heard, hz));
    for (const tone of tones) expect(tone).toBeGreaterThan(7000);
    // Cutting or wrapping would show as sums and differences of the three.
    for (const hz of [100, 300, 900, 1500, 1700])
      expect(decibelsBetween(tones[0] ?? 0, measureTone(heard, hz))).toBeGreaterThan(25);
  });
});

/** The half second with the most in it. */
function loudestHalf(samples: Int16Array): Int16Array {
  let best = samples.subarray(0, SAMPLE_RATE / 2);
  let most = -1;
  for (let at = 0; at + SAMPLE_RATE / 2 <= samples.length; at += 160) {
    const piece = samples.subarray(at, at + SAMPLE_RATE / 2);
    const energy = piece.reduce((sum, sample) => sum + sample * sample, 0);
    if (energy > most) [best, most] = [piece, energy];
  }
  return best;
}
