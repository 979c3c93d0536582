// A process of its own: sends RTP of 20 ms packets for many legs, each from a socket of its own, and counts what comes back.
import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { once } from 'node:events';

/** From the benchmark: where each leg listens; later `mark`, which begins a new measurement. */
export type GeneratorRequest = { readonly open: number } | { readonly send: readonly number[] } | 'mark' | 'report';
/** To the benchmark: the ports of the legs' parties, then the counts since `mark`. */
export type GeneratorReply = { readonly ports: readonly number[] } | GeneratorReport | 'marked';

export interface GeneratorReport {
  readonly sent: number;
  readonly received: number;
  /** How late a slot of the sending schedule was, 99th percentile. */
  readonly lateMsP99: number;
}

const HOST = '127.0.0.1';
const FRAME_MS = 20;
const FRAME_SAMPLES = 160;
const HEADER_BYTES = 12;
/** The parties of a city do not speak in step: their packets are spread over the frame. */
const SLOTS = 10;

const sockets: Socket[] = [];
let packets: Buffer[] = [];
let sent = 0;
let received = 0;
let latenessMs: number[] = [];

process.on('message', (request: GeneratorRequest) => void serve(request));
process.once('disconnect', () => process.exit(0));

async function serve(request: GeneratorRequest): Promise<void> {
  if (request === 'mark') {
    [sent, received, latenessMs] = [0, 0, []];
    reply('marked');
  } else if (request === 'report') {
    const sorted = latenessMs.toSorted((a, b) => a - b);
    reply({ sent, received, lateMsP99: sorted[Math.floor(sorted.length * 0.99)] ?? 0 });
  } else if ('open' in request) {
    for (let leg = 0; leg < request.open; leg += 1) sockets.push(await openSocket());
    reply({ ports: sockets.map((socket) => socket.address().port) });
  } else {
    await Promise.all(sockets.map((socket, leg) => connect(socket, request.send[leg] ?? 0)));
    packets = sockets.map((_, leg) => newPacket(leg));
    startSending();
  }
}

function reply(message: GeneratorReply): void {
  process.send?.(message);
}

async function openSocket(): Promise<Socket> {
  const socket = createSocket('udp4').bind(0, HOST);
  await once(socket, 'listening');
  socket.on('message', () => (received += 1));
  socket.on('error', () => undefined);
  return socket;
}

async function connect(socket: Socket, port: number): Promise<void> {
  const connected = once(socket, 'connect');
  socket.connect(port, HOST);
  await connected;
}

/** µ-law that changes from sample to sample: a loud noise, so that nothing is taken for silence. */
function newPacket(leg: number): Buffer {
  const packet = Buffer.alloc(HEADER_BYTES + FRAME_SAMPLES);
  packet.writeUInt8(0x80, 0);
  packet.writeUInt32BE(leg + 1, 8);
  for (let i = 0; i < FRAME_SAMPLES; i += 1)
    packet.writeUInt8((Math.imul(i + leg, 2_654_435_761) >>> 24) | 0x10, HEADER_BYTES + i);
  return packet;
}

function startSending(): void {
  const startMs = performance.now();
  const slotMs = FRAME_MS / SLOTS;
  let slot = 0;
  const run = (): void => {
    for (; startMs + slot * slotMs <= performance.now(); slot += 1) {
      latenessMs.push(performance.now() - startMs - slot * slotMs);
      sendSlot(slot % SLOTS, Math.floor(slot / SLOTS));
    }
    setTimeout(run, Math.max(0, startMs + slot * slotMs - performance.now()));
  };
  run();
}

function sendSlot(slot: number, frame: number): void {
  for (let leg = slot; leg < sockets.length; leg += SLOTS) {
    const packet = Buffer.from(packets[leg] ?? []);
    packet.writeUInt16BE(frame & 0xffff, 2);
    packet.writeUInt32BE((frame * FRAME_SAMPLES) >>> 0, 4);
    sockets[leg]?.send(packet);
    sent += 1;
  }
}
