import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { FrameClock } from './frame-clock.ts';
import { silence, tone } from './frame-source.ts';
import { NoRtpPortError, RtpPorts } from './rtp-ports.ts';
import { RtpSession, type RtpPeer } from './rtp-session.ts';
import { writeRtp } from './rtp-packet.ts';

/** A range that no other suite uses. */
const RANGE = { from: 28_000, to: 28_099 };

interface Party {
  readonly session: RtpSession;
  readonly keys: string[];
  audible: number;
}

const clock = new FrameClock();
const ports = new RtpPorts('127.0.0.1', RANGE);
const open: RtpSession[] = [];

async function party(): Promise<Party> {
  const keys: string[] = [];
  let audible = 0;
  const session = await RtpSession.open(ports, clock, {
    onFirstAudible: () => (audible += 1),
    onDigit: (key) => keys.push(key),
  });
  open.push(session);
  return {
    session,
    keys,
    get audible() {
      return audible;
    },
  };
}

function facing(port: number, change: Partial<RtpPeer> = {}): RtpPeer {
  return { host: '127.0.0.1', port, telephoneEventType: 101, sends: true, receives: true, ...change };
}

function level({ session }: Party, hz: number): number {
  return session.heard.measure(performance.now(), [hz]).dbfs[String(hz)] ?? NaN;
}

/** A busy machine may hold packets up: waits for what must come. */
async function until(condition: () => boolean): Promise<void> {
  for (const end = performance.now() + 4500; !condition(); await sleep(20)) {
    if (performance.now() > end) throw new Error('did not happen in time');
  }
}

async function connectedPair(): Promise<[Party, Party]> {
  const [one, other] = [await party(), await party()];
  one.session.connect(facing(other.session.port));
  other.session.connect(facing(one.session.port));
  return [one, other];
}

describe('an RTP session', () => {
  afterEach(() => {
    for (const session of open.splice(0)) session.close();
  });

  it('speaks and hears at the same time', async () => {
    const [one, other] = await connectedPair();
    one.session.play(tone(440, -12));
    other.session.play(tone(1000, -20));
    await until(() => Math.abs(level(other, 440) + 12) < 0.5 && Math.abs(level(one, 1000) + 20) < 0.5);
    expect(level(other, 1000)).toBeLessThan(-32);
    expect(level(one, 440)).toBeLessThan(-40);
    expect([one.audible, other.audible]).toEqual([1, 1]);
  });

  it('sends 50 packets a second', async () => {
    const [one] = await connectedPair();
    await sleep(1000);
    const { packetsSent } = one.session.statistics;
    expect(packetsSent).withContext('what a stall makes useless is left out').toBeGreaterThan(25);
    expect(packetsSent).toBeLessThan(56);
  });

  it('presses keys in order, also while others are still being sent', async () => {
    const [one, other] = await connectedPair();
    expect(one.session.sendDigits('12')).toBeTrue();
    expect(one.session.sendDigits('#')).toBeTrue();
    await until(() => other.keys.join('') === '12#');
  });

  it('presses no keys for a peer that takes none', async () => {
    const one = await party();
    expect(one.session.sendDigits('1')).toBeFalse();
    one.session.connect(facing(9, { telephoneEventType: null }));
    expect(one.session.sendDigits('1')).toBeFalse();
  });

  it('is silent for a peer on hold but goes on hearing it', async () => {
    const [one, other] = await connectedPair();
    one.session.connect(facing(other.session.port, { receives: false }));
    const before = one.session.statistics.packetsSent;
    await sleep(200);
    expect(one.session.statistics.packetsSent).toBe(before);
    expect(one.session.statistics.packetsReceived).toBeGreaterThan(5);
  });

  it('tells when the speaker has nothing more to say', async () => {
    const [one] = await connectedPair();
    await new Promise<void>((resolve) => one.session.play(silence(100), resolve));
    expect(one.session.statistics.packetsSent).toBeGreaterThan(4);
  });

  it('ignores packets from elsewhere and counts them', async () => {
    const [one, other] = await connectedPair();
    const stranger = createSocket('udp4');
    stranger.send(
      writeRtp({ payloadType: 101, marker: true, sequence: 1, timestamp: 1, ssrc: 1, payload: Uint8Array.of(1, 0, 0, 160) }),
      one.session.port,
      '127.0.0.1',
    );
    await until(() => one.session.statistics.packetsForeign > 0);
    stranger.close();
    expect(one.keys).toEqual([]);
    expect(one.session.statistics.packetsForeign).toBe(1);
    expect(other.session.statistics.packetsForeign).toBe(0);
  });

  it('survives a peer whose port is closed', async () => {
    const [one, other] = await connectedPair();
    other.session.close();
    await sleep(200);
    expect(one.session.statistics.packetsSent).toBeGreaterThan(5);
  });
});

describe('RTP ports', () => {
  it('are even, given back on closing, and refused when all are taken', async () => {
    const few = new RtpPorts('127.0.0.1', { from: 28_101, to: 28_105 });
    const [first, second] = [await few.bind(), await few.bind()];
    expect([first.address().port, second.address().port]).toEqual([28_102, 28_104]);
    await expectAsync(few.bind()).toBeRejectedWithError(NoRtpPortError);
    first.close();
    await once(first, 'close');
    const again = await few.bind();
    expect(again.address().port).toBe(28_102);
    second.close();
    again.close();
  });
});
