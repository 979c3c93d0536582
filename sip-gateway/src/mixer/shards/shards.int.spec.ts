import { setTimeout as sleep } from 'node:timers/promises';
import { SAMPLE_RATE } from '../frame.ts';
import { channelsOf, MixerRig } from '../mixer-rig.ts';
import type { RtpPeer } from '../rtp-peer.ts';
import { decibelsBetween, measureTone, strongestTone } from '../tone-meter.ts';

const TONES = { a: 440, b: 700, c: 1000, d: 1300 } as const;
type Name = keyof typeof TONES;
const NAMES: readonly Name[] = ['a', 'b', 'c', 'd'];

function recent(peer: RtpPeer): Int16Array {
  return peer.heard.subarray(-SAMPLE_RATE / 4);
}

describe('a mixer process with two threads', () => {
  let rig: MixerRig;
  let peers: Readonly<Record<Name, RtpPeer>>;

  beforeAll(async () => {
    rig = await MixerRig.start({ workers: 2 });
    const joined = { a: await rig.join('a', TONES.a), b: await rig.join('b', TONES.b) };
    peers = { ...joined, c: await rig.join('c', TONES.c), d: await rig.join('d', TONES.d) };
  });

  afterAll(async () => {
    await rig.close();
  });

  async function hear(matrix: Readonly<Record<Name, readonly Name[]>>): Promise<void> {
    const rows = NAMES.map((leg) => ({
      leg,
      from: Object.fromEntries(matrix[leg].map((other) => [other, 1])),
      source: 'silence' as const,
    }));
    await rig.mixer.setHearing(rows);
    await sleep(700);
  }

  it('lets everybody hear everybody, whichever thread they live on', async () => {
    await hear({ a: ['b', 'c', 'd'], b: ['a', 'c', 'd'], c: ['a', 'b', 'd'], d: ['a', 'b', 'c'] });
    for (const ear of NAMES)
      for (const voice of NAMES.filter((name) => name !== ear))
        expect(strongestTone(recent(peers[ear]), TONES[voice])).toBeGreaterThan(7000);
  });

  it('lets nobody hear whom the matrix does not name', async () => {
    await hear({ a: ['b'], b: [], c: ['a', 'd'], d: ['a'] });
    expect(strongestTone(recent(peers.a), TONES.b)).toBeGreaterThan(7000);
    expect(decibelsBetween(8000, measureTone(recent(peers.a), TONES.c))).toBeGreaterThan(35);
    expect(recent(peers.b).every((sample) => sample === 0)).toBeTrue();
    expect(decibelsBetween(8000, measureTone(recent(peers.d), TONES.b))).toBeGreaterThan(35);
  });

  it('shares the legs between the threads, plays the same music on both, and passes digits from one to the other', async () => {
    await rig.mixer.setHearing((['a', 'b'] as const).map((leg) => ({ leg, from: {}, source: 'music' as const })));
    await sleep(700);
    const loudness = (['a', 'b'] as const).map((name) => recent(peers[name]).reduce((sum, sample) => sum + sample * sample, 0));
    expect(Math.min(...loudness)).toBeGreaterThan(0);
    const [x, y] = [await rig.mixer.openLeg('x'), await rig.mixer.openLeg('y')];
    await rig.mixer.connectLeg('x', y, 101);
    await rig.mixer.connectLeg('y', x, 101);
    await rig.mixer.sendDigits('x', '7');
    await rig.until('digit y 7');
    await rig.mixer.closeLeg('x');
    await rig.mixer.closeLeg('y');
    const { legs } = await rig.mixer.list();
    expect(legs.map(({ leg }) => leg).toSorted()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('records a call whose parties live on both', async () => {
    const file = 'shards/two.recording';
    await hear({ a: ['b'], b: ['a'], c: [], d: [] });
    await rig.mixer.startRecording('r', file, channelsOf('a', 'b'));
    await sleep(1500);
    const receipt = await rig.mixer.stopRecording('r');
    expect(receipt.seconds).toBeGreaterThan(1.3);
    const { channels } = await rig.readRecording(file);
    for (const [channel, hz] of [TONES.a, TONES.b].entries())
      expect(strongestTone(channels[channel]?.subarray(SAMPLE_RATE / 2) ?? new Int16Array(), hz)).toBeGreaterThan(6000);
    expect(decibelsBetween(8000, measureTone(channels[0] ?? [], TONES.b))).toBeGreaterThan(30);
  }, 15_000);

  it('refuses what names a leg that is not open, and forgets a closed leg on both', async () => {
    await expectAsync(rig.mixer.setHearing([{ leg: 'a', from: { z: 1 }, source: 'silence' }])).toBeRejectedWith(
      jasmine.objectContaining({ code: 'unknown-leg' }),
    );
    await expectAsync(rig.mixer.openLeg('a')).toBeRejectedWith(jasmine.objectContaining({ code: 'leg-exists' }));
    await expectAsync(rig.mixer.play('b', 'nothing')).toBeRejectedWith(jasmine.objectContaining({ code: 'unknown-sound' }));
    await rig.join('e', 1600);
    await rig.mixer.setHearing((['a', 'b'] as const).map((leg) => ({ leg, from: { e: 1 }, source: 'silence' as const })));
    await sleep(500);
    for (const ear of ['a', 'b'] as const) expect(strongestTone(recent(peers[ear]), 1600)).toBeGreaterThan(6000);
    await rig.mixer.closeLeg('e');
    await sleep(400);
    for (const ear of ['a', 'b'] as const)
      expect(
        recent(peers[ear])
          .subarray(-800)
          .every((sample) => sample === 0),
      ).toBeTrue();
  });
});
