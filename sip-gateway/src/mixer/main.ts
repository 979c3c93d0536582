import { randomInt } from 'node:crypto';
import type dgram from 'node:dgram';
import { readFileSync } from 'node:fs';
import { MixerError } from '../ports/mixer.port.ts';
import type { LegId, LegStatistics, RtpAddress } from '../ports/mixer.port.ts';
import { AudioBridge } from './audio-bridge.ts';
import { sendToParent, serveRequests } from './ipc/serve-requests.ts';
import type { LegOutlet } from './leg.ts';
import { MixerConfig, mixerRequests } from './mixer-protocol.ts';
import type { MixerEvent } from './mixer-protocol.ts';
import { RecorderLink } from './recorder-link.ts';
import { RtpPorts } from './rtp-socket.ts';
import { areDigits } from './telephone-event.ts';
import { TickClock } from './tick-clock.ts';
import { TickStatistics } from './tick-statistics.ts';

/** 12.8 s of digits; whoever queues more is not dialling. */
const MAX_PENDING_DIGITS = 64;
/** When a tick is this late, packets have piled up in the sockets: they are read first, lest they count as missing. */
const STALL_MS = 10;
/** sched(7): field 41 of /proc/self/stat. */
const SCHED_FIFO = 1;

const config = MixerConfig.parse(JSON.parse(process.argv[2] ?? 'null'));
const ports = new RtpPorts(config.address, config.portMin, config.portMax);
const bridge = new AudioBridge();
const sockets = new Map<LegId, { readonly socket: dgram.Socket; readonly port: number }>();
const opening = new Map<LegId, Promise<RtpAddress>>();
const statistics = new TickStatistics();
const recorder = new RecorderLink((recording, reason) => {
  bridge.removeTap(recording);
  emit({ event: 'tap-failed', recording, reason });
});
const clock = new TickClock(performance.now());

// The gateway ends its children itself, after the calls; a Ctrl-C goes to the whole process group.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
process.once('disconnect', () => process.exit(0));
// A gateway that died while this process was loading has disconnected already, and nobody would ever say so again.
if (!process.connected) process.exit(0);

serveRequests(mixerRequests, {
  'open-leg': ({ leg }) => openLeg(leg),
  'connect-leg': ({ leg, remote, telephoneEventType }) => {
    bridge.leg(leg).connect(remote, telephoneEventType);
    return null;
  },
  'close-leg': ({ leg }) => closeLeg(leg),
  'set-hearing': ({ rows }) => {
    bridge.setHearing(rows);
    return null;
  },
  'send-digits': ({ leg, digits }) => sendDigits(leg, digits),
  'use-recorder': async ({ socketPath }) => {
    await recorder.connect(socketPath);
    return null;
  },
  'start-tap': ({ recording, legs }) => startTap(recording, legs),
  'stop-tap': ({ recording }) => stopTap(recording),
  list: () => ({ legs: listLegs(), ticks: statistics.summary }),
});
emit({ event: 'ready', isRealTime: isRealTime() });
scheduleTick();

function emit(event: MixerEvent): void {
  sendToParent(event);
}

function scheduleTick(): void {
  setTimeout(onTimer, Math.max(0, clock.nextMs - performance.now()));
}

function onTimer(): void {
  if (performance.now() - clock.nextMs > STALL_MS) setImmediate(runTicks);
  else runTicks();
}

function runTicks(): void {
  const due = clock.takeDue(performance.now());
  if (due.run > 0) statistics.add(due);
  if (due.skipped > 0) bridge.skip(due.skipped);
  for (let tick = 0; tick < due.run; tick += 1) {
    bridge.tick();
    recorder.flush();
  }
  scheduleTick();
}

async function openLeg(leg: LegId): Promise<RtpAddress> {
  if (bridge.hasLeg(leg) || opening.has(leg)) throw new MixerError('leg-exists', 'The leg is already open');
  const opened = bindLeg(leg);
  opening.set(leg, opened);
  try {
    return await opened;
  } finally {
    opening.delete(leg);
  }
}

async function bindLeg(leg: LegId): Promise<RtpAddress> {
  const bound = await ports.bind();
  sockets.set(leg, bound);
  const start = { ssrc: randomInt(2 ** 32), sequenceNumber: randomInt(2 ** 16), timestamp: randomInt(2 ** 32) };
  const state = bridge.openLeg(leg, outletOf(bound.socket), start);
  bound.socket.on('message', (packet, sender) => state.receive(packet, { host: sender.address, port: sender.port }));
  return { host: config.address, port: bound.port };
}

function outletOf(socket: dgram.Socket): LegOutlet {
  return {
    // Without a callback a failed send would be thrown as an 'error' event; RTP that cannot leave is lost like any other.
    send: (packet, remote) => socket.send(packet, remote.port, remote.host, () => undefined),
    onDigit: (leg, digit) => emit({ event: 'digit', leg, digit }),
    onFlow: (leg, flow) => emit({ event: 'flow', leg, flow }),
  };
}

async function closeLeg(leg: LegId): Promise<null> {
  await opening.get(leg)?.catch(() => undefined);
  const bound = sockets.get(leg);
  if (!bound) return null;
  sockets.delete(leg);
  bridge.closeLeg(leg);
  await ports.release(bound.socket, bound.port);
  return null;
}

function sendDigits(leg: LegId, digits: string): null {
  const state = bridge.leg(leg);
  if (!state.canSendDigits) throw new MixerError('digits-refused', 'The leg negotiated no telephone-event');
  if (!areDigits(digits)) throw new MixerError('digits-refused', 'A digit is none of 0-9 * # A-D');
  if (state.pendingDigits + digits.length > MAX_PENDING_DIGITS)
    throw new MixerError('digits-refused', 'Too many digits are waiting');
  state.sendDigits(digits);
  return null;
}

function startTap(recording: number, legs: readonly LegId[]): null {
  if (!recorder.isConnected) throw new MixerError('recording-failed', 'recorder lost');
  for (const leg of legs) bridge.leg(leg);
  bridge.addTap(recording, legs, recorder.open(recording));
  return null;
}

function stopTap(recording: number): null {
  bridge.removeTap(recording);
  if (!recorder.end(recording)) throw new MixerError('recording-failed', 'the recording has failed already');
  return null;
}

function listLegs(): LegStatistics[] {
  return [...sockets].map(([leg, { port }]) => ({ leg, port, ...bridge.leg(leg).statistics }));
}

function isRealTime(): boolean {
  const afterCommand = readFileSync('/proc/self/stat', 'latin1').split(') ').at(-1) ?? '';
  // The third field (state) is the first one here.
  return Number(afterCommand.split(' ')[41 - 3]) === SCHED_FIFO;
}
