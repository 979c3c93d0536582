import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { FakeMixer } from '../fakes/fake-mixer.ts';
import type { Mixer } from '../ports/mixer.port.ts';
import { SAMPLE_RATE } from './frame.ts';
import { channelsOf, MixerRig, waitFor } from './mixer-rig.ts';
import { RtpPeer } from './rtp-peer.ts';
import { decibelsBetween, measureTone } from './tone-meter.ts';

/** The steady part: what was heard in the last second. */
function lastSecond(peer: RtpPeer): Int16Array {
  return peer.heard.subarray(-SAMPLE_RATE);
}

function openFiles(pid: number | undefined): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

describe('the mixer process', () => {
  let rig: MixerRig;

  beforeEach(async () => {
    rig = await MixerRig.start();
  });

  afterEach(async () => {
    await rig.close();
  });

  it('lets joined parties hear each other, and a parked party be heard by nobody and hear silence', async () => {
    const [a, b, parked] = [await rig.join('a', 440), await rig.join('b', 1000), await rig.join('parked', 700)];
    await rig.joinTwo('a', 'b');
    await sleep(1800);
    expect(measureTone(lastSecond(a), 1000)).toBeGreaterThan(6000);
    expect(measureTone(lastSecond(b), 440)).toBeGreaterThan(6000);
    expect(decibelsBetween(measureTone(lastSecond(a), 1000), measureTone(lastSecond(a), 440))).toBeGreaterThan(35);
    for (const peer of [a, b])
      expect(
        decibelsBetween(measureTone(lastSecond(peer), peer === a ? 1000 : 440), measureTone(lastSecond(peer), 700)),
      ).toBeGreaterThan(35);
    expect(parked.heard.length).toBeGreaterThan(SAMPLE_RATE);
    expect(parked.heard.every((sample) => sample === 0)).toBeTrue();
  });

  it('changes who hears whom, and plays ringback, within a few frames', async () => {
    const [a] = [await rig.join('a', 440), await rig.join('b', 1000)];
    await rig.mixer.setHearing([{ leg: 'a', from: {}, source: 'ringback' }]);
    await sleep(700);
    expect(measureTone(a.heard.subarray(-SAMPLE_RATE / 4), 400)).toBeGreaterThan(1000);
    await rig.joinTwo('a', 'b');
    await sleep(500);
    const joined = a.heard.subarray(-SAMPLE_RATE / 4);
    expect(decibelsBetween(measureTone(joined, 1000), measureTone(joined, 400))).toBeGreaterThan(30);
  });

  it('does not let a stranger’s RTP be heard, and counts it', async () => {
    const a = await rig.join('a', 440);
    const legAddress = await rig.mixer.openLeg('b');
    const [owner, stranger] = [await RtpPeer.open(), await RtpPeer.open()];
    await rig.mixer.connectLeg('b', owner.address, null);
    await rig.joinTwo('a', 'b');
    stranger.sendTone(1000, legAddress);
    await sleep(600);
    expect(a.heard.length).toBeGreaterThan(SAMPLE_RATE / 4);
    expect(a.heard.every((sample) => sample === 0)).toBeTrue();
    const { legs } = await rig.mixer.list();
    const statistics = legs.find(({ leg }) => leg === 'b');
    expect(statistics?.packetsForeign).toBeGreaterThan(20);
    expect(statistics?.packetsReceived).toBe(0);
    expect(stranger.heard.length).toBe(0);
    owner.close();
    stranger.close();
  });

  it('carries digits as telephone-events from one leg to another', async () => {
    const [a, b] = [await rig.mixer.openLeg('a'), await rig.mixer.openLeg('b')];
    await rig.mixer.connectLeg('a', b, 101);
    await rig.mixer.connectLeg('b', a, 101);
    await rig.mixer.sendDigits('a', '1#0');
    await rig.until('digit b 0');
    expect(rig.events).toEqual(['digit b 1', 'digit b #', 'digit b 0']);
  });

  it('reports a leg whose party has fallen silent, and that it speaks again', async () => {
    const peer = await rig.join('a', 440);
    await sleep(200);
    peer.stopSending();
    await rig.until('flow a silent');
    peer.sendTone(440, { host: '127.0.0.1', port: (await rig.mixer.list()).legs[0]?.port ?? 0 });
    await rig.until('flow a flowing');
    expect(rig.events).toEqual(['flow a silent', 'flow a flowing']);
  });

  it('tells the truth about running in real time', async () => {
    const { isRealTime } = await rig.mixer.list();
    const policy = (await import('node:fs'))
      .readFileSync(`/proc/${rig.mixer.pids.mixer}/sched`, 'latin1')
      .match(/^policy\s*:\s*(\d+)/m)?.[1];
    expect(isRealTime).toBe(policy === '1');
  });
});

describe('a mixer process that gets too little time', () => {
  it('refuses new legs before those that run suffer more, and takes them again once it has time', async () => {
    const rig = await MixerRig.start();
    try {
      await rig.join('a', 440);
      // Stopped for most of the time, as by a machine that is far too busy.
      const pid = rig.mixer.pids.mixer ?? 0;
      for (const endMs = performance.now() + 4500; performance.now() < endMs;) {
        process.kill(pid, 'SIGSTOP');
        await sleep(60);
        process.kill(pid, 'SIGCONT');
        await sleep(30);
      }
      await expectAsync(rig.mixer.openLeg('b')).toBeRejectedWith(jasmine.objectContaining({ code: 'overloaded' }));
      expect((await rig.mixer.list()).legs.map(({ leg }) => leg)).toEqual(['a']);
      await waitFor(
        async () =>
          await rig.mixer.openLeg('b').then(
            () => true,
            () => false,
          ),
        10_000,
        () => 'the mixer takes no legs any more',
      );
    } finally {
      await rig.close();
    }
  }, 25_000);
});

describe('a mixer process with four ports', () => {
  it('refuses a leg when they are taken, and gives ports back over 1,000 openings and closings', async () => {
    const rig = await MixerRig.start({ portCount: 8 });
    try {
      for (const leg of ['a', 'b', 'c', 'd']) await rig.mixer.openLeg(leg);
      await expectAsync(rig.mixer.openLeg('e')).toBeRejectedWith(jasmine.objectContaining({ code: 'no-port' }));
      await rig.mixer.closeLeg('d');
      const before = openFiles(rig.mixer.pids.mixer);
      for (let round = 0; round < 1000; round += 1) {
        const address = await rig.mixer.openLeg('d');
        await rig.mixer.connectLeg('d', address, 101);
        await rig.mixer.closeLeg('d');
      }
      expect(openFiles(rig.mixer.pids.mixer)).toBe(before);
      expect((await rig.mixer.list()).legs.map(({ leg }) => leg)).toEqual(['a', 'b', 'c']);
    } finally {
      await rig.close();
    }
  });
});

const kinds: [string, () => Promise<{ mixer: Mixer; close: () => Promise<void> }>][] = [
  ['the fake mixer', () => Promise.resolve({ mixer: new FakeMixer(), close: () => Promise.resolve() })],
  [
    'the mixer process',
    async () => {
      const rig = await MixerRig.start();
      return { mixer: rig.mixer, close: () => rig.close() };
    },
  ],
];

for (const [name, make] of kinds) {
  describe(`${name}, by the contract of the port,`, () => {
    let mixer: Mixer;
    let close: () => Promise<void>;

    beforeEach(async () => {
      ({ mixer, close } = await make());
      await mixer.openLeg('a');
    });

    afterEach(async () => {
      await close();
    });

    async function expectRefusal(refused: Promise<unknown>, code: string): Promise<void> {
      await expectAsync(refused).toBeRejectedWith(jasmine.objectContaining({ name: 'MixerError', code }));
    }

    it('refuses what names a leg that is not open', async () => {
      await expectRefusal(mixer.connectLeg('z', { host: '127.0.0.1', port: 4000 }, null), 'unknown-leg');
      await expectRefusal(mixer.setHearing([{ leg: 'z', from: {}, source: 'silence' }]), 'unknown-leg');
      await expectRefusal(mixer.setHearing([{ leg: 'a', from: { z: 1 }, source: 'silence' }]), 'unknown-leg');
      await expectRefusal(mixer.sendDigits('z', '1'), 'unknown-leg');
      await expectRefusal(mixer.startRecording('r', 'r.recording', channelsOf('a', 'z')), 'unknown-leg');
      expect((await mixer.list()).recordings).toEqual([]);
    });

    it('closes an unknown leg without complaint and refuses to open one twice', async () => {
      await mixer.closeLeg('z');
      await expectRefusal(mixer.openLeg('a'), 'leg-exists');
      await mixer.closeLeg('a');
      await mixer.openLeg('a');
      expect((await mixer.list()).legs.map(({ leg }) => leg)).toEqual(['a']);
    });

    it('sends digits only where telephone-event was negotiated, and only digits', async () => {
      await mixer.connectLeg('a', { host: '127.0.0.1', port: 4000 }, null);
      await expectRefusal(mixer.sendDigits('a', '1'), 'digits-refused');
      await mixer.connectLeg('a', { host: '127.0.0.1', port: 4000 }, 101);
      await expectRefusal(mixer.sendDigits('a', '1x'), 'digits-refused');
      await mixer.sendDigits('a', '1');
    });

    it('runs a recording once and gives its receipt once', async () => {
      await mixer.startRecording('r', 'r.recording', channelsOf('a'));
      await expectRefusal(mixer.startRecording('r', 'other.recording', channelsOf('a')), 'recording-failed');
      expect((await mixer.list()).recordings).toEqual(['r']);
      expect((await mixer.stopRecording('r')).file).toBe('r.recording');
      await expectRefusal(mixer.stopRecording('r'), 'recording-failed');
      expect((await mixer.list()).recordings).toEqual([]);
    });
  });
}
