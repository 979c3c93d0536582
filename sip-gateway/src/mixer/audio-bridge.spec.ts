import type { LegId, LegQuality, RtpAddress } from '../ports/mixer.port.ts';
import { AudioBridge } from './audio-bridge.ts';
import { FRAME_SAMPLES, SAMPLE_RATE } from './frame.ts';
import { decodeG711, encodeG711, MULAW_SILENCE, PCMA, PCMU } from './g711.ts';
import { parseRtp, RTP_HEADER_BYTES, writeRtpHeader } from './rtp-packet.ts';
import type { RtpPacket } from './rtp-packet.ts';
import { isRtcp, readReports } from './rtcp/rtcp-packet.ts';
import type { Report } from './rtcp/rtcp-packet.ts';

const TELEPHONE_EVENT = 101;
const remote: RtpAddress = { host: '192.0.2.1', port: 5000 };
const stranger: RtpAddress = { host: '192.0.2.1', port: 5002 };

/** A party that says one constant sample value, and remembers what it was sent. */
class Party {
  readonly sent: RtpPacket[] = [];
  readonly news: string[] = [];
  readonly reports: Report[][] = [];
  readonly qualities: LegQuality[] = [];
  nowMs = 1_700_000_000_000;
  readonly id: LegId;
  readonly bridge: AudioBridge;
  #sequenceNumber = 0;

  constructor(bridge: AudioBridge, id: LegId) {
    this.id = id;
    this.bridge = bridge;
    const outlet = {
      send: (packet: Buffer) => {
        if (isRtcp(packet)) this.reports.push(readReports(packet));
        const rtp = parseRtp(packet);
        if (rtp) this.sent.push(rtp);
      },
      onDigit: (_leg: LegId, digit: string) => this.news.push(digit),
      onFlow: (_leg: LegId, flow: string) => this.news.push(flow),
      onPlayed: (_leg: LegId, sound: string) => this.news.push(`played ${sound}`),
      onQuality: (_leg: LegId, quality: LegQuality) => this.qualities.push(quality),
      nowMs: () => this.nowMs,
    };
    bridge.openLeg(id, outlet, { ssrc: 42, sequenceNumber: 0xfffd, timestamp: 0xffff_ff00 });
    bridge.leg(id).connect({ remote, telephoneEventType: TELEPHONE_EVENT, codec: 'PCMU' });
  }

  say(value: number, from = remote): void {
    const payload = new Uint8Array(FRAME_SAMPLES);
    encodeG711(PCMU, new Int16Array(FRAME_SAMPLES).fill(value), payload);
    this.sendRtp(PCMU, this.#sequenceNumber * FRAME_SAMPLES, payload, from);
  }

  sayTones(lowHz: number, highHz: number, frame: number): void {
    const payload = new Uint8Array(FRAME_SAMPLES);
    const wave = (hz: number, i: number): number =>
      4000 * Math.sin((2 * Math.PI * hz * (frame * FRAME_SAMPLES + i)) / SAMPLE_RATE);
    encodeG711(
      PCMU,
      Array.from(payload, (_, i) => wave(lowHz, i) + wave(highHz, i)),
      payload,
    );
    this.sendRtp(PCMU, this.#sequenceNumber * FRAME_SAMPLES, payload);
  }

  sendRtp(payloadType: number, timestamp: number, payload: Uint8Array, from = remote): void {
    const packet = Buffer.concat([Buffer.alloc(RTP_HEADER_BYTES), payload]);
    const sequenceNumber = this.#sequenceNumber;
    this.#sequenceNumber += 1;
    writeRtpHeader(packet, { payloadType, marker: false, sequenceNumber, timestamp, ssrc: 7 });
    this.bridge.leg(this.id).receive(packet, from);
  }

  /** What this party heard in the last tick: the first sample of it. */
  get hears(): number {
    const samples = new Int16Array(FRAME_SAMPLES);
    decodeG711(PCMU, this.sent.at(-1)?.payload ?? new Uint8Array(), samples);
    return samples[0] ?? 0;
  }
}

/** Parties a, b, c … say 1000, 2000, 4000, 8000: every sum is told apart. */
const VALUES = [1000, 2000, 4000, 8000];

function aBridge(count: number): { bridge: AudioBridge; parties: Party[]; run: (ticks: number) => void } {
  const bridge = new AudioBridge();
  const parties = VALUES.slice(0, count).map((_, i) => new Party(bridge, 'abcd'.charAt(i)));
  const run = (ticks: number): void => {
    for (let tick = 0; tick < ticks; tick += 1) {
      parties.forEach((party, i) => party.say(VALUES[i] ?? 0));
      bridge.tick();
    }
  };
  return { bridge, parties, run };
}

/** µ-law is exact to about 3 % here. */
function expectHeard(party: Party | undefined, value: number): void {
  expect(Math.abs((party?.hears ?? NaN) - value)).toBeLessThanOrEqual(value * 0.04);
}

describe('the audio bridge', () => {
  it('lets nobody hear anybody until it is told', () => {
    const { parties, run } = aBridge(2);
    run(10);
    for (const party of parties) expect(party.sent.at(-1)?.payload.every((octet) => octet === MULAW_SILENCE)).toBeTrue();
  });

  for (const count of [2, 3, 4]) {
    it(`lets each of ${count} parties hear exactly those its row names, and never itself`, () => {
      for (let mask = 0; mask < 2 ** (count * count); mask += count === 4 ? 641 : 1) {
        const { bridge, parties, run } = aBridge(count);
        const hears = (listener: number, speaker: number): boolean => ((mask >> (listener * count + speaker)) & 1) === 1;
        const row = (listener: number) =>
          Object.fromEntries(parties.flatMap((party, speaker) => (hears(listener, speaker) ? [[party.id, 1]] : [])));
        bridge.setHearing(parties.map((party, listener) => ({ leg: party.id, from: row(listener), source: 'silence' })));
        run(6);
        parties.forEach((party, listener) => {
          const expected = VALUES.slice(0, count).filter((_, speaker) => speaker !== listener && hears(listener, speaker));
          expectHeard(
            party,
            expected.reduce((sum, value) => sum + value, 0),
          );
        });
      }
    });
  }

  it('scales by the gain, and turns a sum that is too loud down instead of wrapping it round', () => {
    const { bridge, parties, run } = aBridge(4);
    bridge.setHearing([
      { leg: 'a', from: { b: 0.5 }, source: 'silence' },
      { leg: 'b', from: { c: 8, d: 8 }, source: 'silence' },
    ]);
    run(6);
    expectHeard(parties[0], 1000);
    expect(parties[1]?.hears).toBeGreaterThan(29_000);
    for (const { payload } of parties[1]?.sent ?? []) {
      const samples = new Int16Array(FRAME_SAMPLES);
      decodeG711(PCMU, payload, samples);
      expect(samples.every((sample) => sample >= 0)).toBeTrue();
    }
  });

  it('replaces only the rows named, and none when one of them is unknown', () => {
    const { bridge, parties, run } = aBridge(2);
    bridge.setHearing([{ leg: 'a', from: { b: 1 }, source: 'silence' }]);
    bridge.setHearing([{ leg: 'b', from: { a: 1 }, source: 'silence' }]);
    const wrong = [
      { leg: 'a', from: {}, source: 'silence' as const },
      { leg: 'b', from: { z: 1 }, source: 'silence' as const },
    ];
    expect(() => bridge.setHearing(wrong)).toThrow(jasmine.objectContaining({ code: 'unknown-leg' }));
    run(6);
    expectHeard(parties[0], 2000);
    expectHeard(parties[1], 1000);
  });

  it('forgets a closed leg in everybody else’s row, also when its id comes back', () => {
    const { bridge, parties, run } = aBridge(2);
    bridge.setHearing([{ leg: 'a', from: { b: 1 }, source: 'silence' }]);
    run(6);
    bridge.closeLeg('b');
    parties[1] = new Party(bridge, 'b');
    run(6);
    expect(parties[0]?.hears).toBe(0);
  });

  it('sends one packet per tick with rising numbers across their wrap, a marker first and one source', () => {
    const { parties, run } = aBridge(1);
    run(5);
    const sent = parties[0]?.sent ?? [];
    expect(sent.map((packet) => packet.sequenceNumber)).toEqual([0xfffe, 0xffff, 0, 1, 2]);
    expect(sent.map((packet) => packet.timestamp)).toEqual([0xffff_ffa0, 64, 224, 384, 544]);
    expect(sent.map((packet) => packet.marker)).toEqual([true, false, false, false, false]);
    expect(new Set(sent.map((packet) => packet.ssrc))).toEqual(new Set([42]));
  });

  it('shows skipped time in the timestamp and marks the packet after it', () => {
    const { bridge, parties, run } = aBridge(1);
    run(1);
    bridge.skip(50);
    run(1);
    const [before, after] = parties[0]?.sent ?? [];
    expect(((after?.timestamp ?? 0) - (before?.timestamp ?? 0)) >>> 0).toBe(51 * FRAME_SAMPLES);
    expect(((after?.sequenceNumber ?? 0) - (before?.sequenceNumber ?? 0)) & 0xffff).toBe(1);
    expect(after?.marker).toBeTrue();
  });

  it('neither hears nor counts as flow what a stranger sends', () => {
    const { bridge, parties } = aBridge(2);
    bridge.setHearing([{ leg: 'a', from: { b: 1 }, source: 'silence' }]);
    for (let tick = 0; tick < 120; tick += 1) {
      parties[1]?.say(8000, stranger);
      bridge.tick();
      expect(parties[0]?.hears).toBe(0);
    }
    expect(bridge.leg('b').statistics).toEqual(jasmine.objectContaining({ packetsForeign: 120, packetsReceived: 0 }));
    expect(parties[1]?.news).toEqual(['silent']);
  });

  it('reports a leg silent after two seconds without a packet, once, and flowing again', () => {
    const { bridge, parties, run } = aBridge(1);
    run(1);
    for (let tick = 0; tick < 98; tick += 1) bridge.tick();
    expect(parties[0]?.news).toEqual([]);
    for (let tick = 0; tick < 200; tick += 1) bridge.tick();
    expect(parties[0]?.news).toEqual(['silent']);
    run(2);
    expect(parties[0]?.news).toEqual(['silent', 'flowing']);
  });

  it('reports a digit once and sends digits in place of audio', () => {
    const { bridge, parties, run } = aBridge(1);
    for (const duration of [160, 320, 320])
      parties[0]?.sendRtp(TELEPHONE_EVENT, 9999, Uint8Array.from([3, 0, duration >> 8, duration & 0xff]));
    expect(parties[0]?.news).toEqual(['3']);
    bridge.leg('a').sendDigits('8');
    run(8);
    expect(parties[0]?.sent.map((packet) => packet.payloadType)).toEqual([101, 101, 101, 101, 101, 101, 0, 101, 0, 0]);
    expect(parties[0]?.sent.map((packet) => packet.sequenceNumber)).toEqual([0xfffe, 0xffff, 0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('survives malformed packets from the connected address', () => {
    const { bridge, parties, run } = aBridge(1);
    for (const bytes of [[], [0x80], [0xff, 0xff, 0xff], [0x80, 101, ...Array<number>(10).fill(0), 1]]) {
      bridge.leg('a').receive(Buffer.from(bytes), remote);
    }
    parties[0]?.sendRtp(PCMU, 0, new Uint8Array(0));
    parties[0]?.sendRtp(99, 0, new Uint8Array(5000));
    parties[0]?.sendRtp(PCMU, 0, new Uint8Array(5000));
    run(3);
    expect(parties[0]?.sent.length).toBe(3);
  });

  it('survives random packets that look like RTP', () => {
    const { bridge, parties } = aBridge(1);
    let seed = 1;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return seed % below;
    };
    for (let round = 0; round < 5000; round += 1) {
      const packet = Buffer.from(Array.from({ length: random(80) }, () => random(256)));
      if (packet.length > 1) packet.set([0x80 | random(64), [0, 8, TELEPHONE_EVENT, random(128)][random(4)] ?? 0]);
      bridge.leg('a').receive(packet, remote);
      if (round % 3 === 0) bridge.tick();
    }
    expect(parties[0]?.sent.length).toBe(1667);
    expect(bridge.leg('a').statistics.packetsReceived).toBeGreaterThan(500);
  });

  it('hands a recording every party of each tick, silence for a leg that is closed, and the time it slept', () => {
    const { bridge, run } = aBridge(2);
    const heard: (number | null)[][] = [];
    const skipped: number[] = [];
    const onFrame = (legs: readonly ({ readonly frame: Int16Array } | null)[]) =>
      heard.push(legs.map((leg) => leg && (leg.frame[0] ?? 0)));
    bridge.addTap(1, { legs: ['b', 'a'], onFrame, onSkip: (ticks) => skipped.push(ticks) });
    run(6);
    expect(heard.length).toBe(6);
    expect(heard.at(-1)?.map((value) => Math.round((value ?? 0) / 1000))).toEqual([2, 1]);
    bridge.skip(7);
    bridge.closeLeg('a');
    bridge.tick();
    expect(heard.at(-1)?.[1]).toBeNull();
    expect(skipped).toEqual([7]);
    bridge.removeTap(1);
    bridge.tick();
    expect(heard.length).toBe(7);
  });

  it('sends A-law where that was negotiated', () => {
    const { bridge, parties, run } = aBridge(2);
    bridge.leg('a').connect({ remote, telephoneEventType: null, codec: 'PCMA' });
    bridge.setHearing([{ leg: 'a', from: { b: 1 }, source: 'silence' }]);
    run(6);
    const packet = parties[0]?.sent.at(-1);
    const samples = new Int16Array(FRAME_SAMPLES);
    decodeG711(PCMA, packet?.payload ?? new Uint8Array(), samples);
    expect(packet?.payloadType).toBe(PCMA);
    expect(Math.abs((samples[0] ?? 0) - 2000)).toBeLessThan(80);
  });

  it('plays an announcement over the others, who are turned down meanwhile, and says when it has ended', () => {
    const { bridge, parties, run } = aBridge(2);
    bridge.setHearing([{ leg: 'a', from: { b: 1 }, source: 'silence' }]);
    run(6);
    bridge.leg('a').sounds.announce('ja/wait', new Int16Array(3.5 * FRAME_SAMPLES).fill(9000), { loop: false, gain: 1 });
    run(2);
    expectHeard(parties[0], 9000 + 2000 * 0.16);
    expect(parties[0]?.news).toEqual([]);
    run(2);
    expect(parties[0]?.news).toEqual(['played ja/wait']);
    run(2);
    expectHeard(parties[0], 2000);
  });

  it('repeats an announcement until it is stopped, and tells nothing then', () => {
    const { bridge, parties, run } = aBridge(1);
    bridge.leg('a').sounds.announce('wait', new Int16Array(FRAME_SAMPLES).fill(9000), { loop: true, gain: 0.5 });
    run(10);
    expectHeard(parties[0], 4500);
    bridge.leg('a').sounds.stopAnnouncement();
    run(2);
    expect(parties[0]?.hears).toBe(0);
    expect(parties[0]?.news).toEqual([]);
  });

  it('lets everybody hear the hold music at the same place', () => {
    const { bridge, parties, run } = aBridge(2);
    bridge.setHearing([{ leg: 'a', from: {}, source: 'music' }]);
    run(40);
    bridge.setHearing([{ leg: 'b', from: {}, source: 'music' }]);
    run(5);
    expect(parties[0]?.sent.at(-1)?.payload).toEqual(parties[1]?.sent.at(-1)?.payload);
    expect(parties[0]?.sent.at(-1)?.payload.some((octet) => octet !== MULAW_SILENCE)).toBeTrue();
  });

  it('reports how well each leg is received after 1 to 2 s and then every 5 s, by RTCP to the party and by an event to us, and once more at the end', () => {
    const { bridge, parties, run } = aBridge(1);
    run(100);
    expect(parties[0]?.qualities.length).toBe(1);
    run(250);
    expect(parties[0]?.qualities.length).toBe(2);
    expect(parties[0]?.reports.length).toBe(2);
    bridge.closeLeg('a');
    expect(parties[0]?.qualities.length).toBe(3);
    expect(parties[0]?.qualities.at(-1)).toEqual(jasmine.objectContaining({ lossPct: 0, roundTripMs: null }));
    expect(parties[0]?.qualities.at(-1)?.mos).toBeGreaterThan(4.3);
    expect(parties[0]?.reports[0]).toEqual([
      jasmine.objectContaining({ ssrc: 42, blocks: [jasmine.objectContaining({ ssrc: 7 })] }),
    ]);
  });

  it('hears DTMF tones only where it was told to listen', () => {
    const { bridge, parties } = aBridge(1);
    const press = (): void => {
      for (let tick = 0; tick < 10; tick += 1) {
        parties[0]?.sayTones(770, 1336, tick);
        bridge.tick();
      }
    };
    press();
    bridge.leg('a').detectTones(true);
    press();
    for (let tick = 0; tick < 10; tick += 1) bridge.tick();
    expect(parties[0]?.news).toEqual(['5']);
  });

  it('shows how loudly each leg speaks', () => {
    const { bridge, run } = aBridge(3);
    run(10);
    bridge.takeLevels();
    run(10);
    expect(bridge.takeLevels()).toEqual({ a: -30, b: -24, c: -18 });
  });
});
