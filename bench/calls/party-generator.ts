// A process of its own: the parties of the calls. Each has a socket, sends RTP or SRTP every 20 ms, and counts what it is sent.
import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { once } from 'node:events';
import { SrtpSender } from './srtp-sender.ts';

export type PartyRequest =
  /** `master`: SRTP key and salt in base64; null speaks plain RTP. */
  | { readonly ask: number; readonly open: string | null }
  | { readonly ask: number; readonly connect: number; readonly port: number }
  | { readonly ask: number; readonly close: number };
export type PartyReply = { readonly ask: number; readonly port: number; readonly sent: number; readonly received: number };

interface Party {
  readonly socket: Socket;
  readonly srtp: SrtpSender | null;
  readonly packet: Buffer;
  readonly slot: number;
  isSending: boolean;
  sent: number;
  received: number;
}

const HOST = '127.0.0.1';
const FRAME_MS = 20;
const FRAME_SAMPLES = 160;
const HEADER_BYTES = 12;
const SLOTS = 10;

/** By their ports. */
const parties = new Map<number, Party>();
let opened = 0;

process.on('message', (request: PartyRequest) => void serve(request));
process.once('disconnect', () => process.exit(0));
startSending();

async function serve(request: PartyRequest): Promise<void> {
  const port = await carryOut(request);
  const party = parties.get(port);
  const reply: PartyReply = { ask: request.ask, port, sent: party?.sent ?? 0, received: party?.received ?? 0 };
  if ('close' in request) {
    parties.delete(port);
    party?.socket.close();
  }
  process.send?.(reply);
}

async function carryOut(request: PartyRequest): Promise<number> {
  if ('open' in request) return await open(request.open);
  if ('close' in request) return request.close;
  const party = parties.get(request.connect);
  if (!party) throw new Error('no such party');
  const connected = once(party.socket, 'connect');
  party.socket.connect(request.port, HOST);
  await connected;
  party.isSending = true;
  return request.connect;
}

async function open(master: string | null): Promise<number> {
  const socket = createSocket('udp4').bind(0, HOST);
  await once(socket, 'listening');
  opened += 1;
  const srtp = master === null ? null : new SrtpSender(Buffer.from(master, 'base64'));
  const party: Party = { socket, srtp, packet: newPacket(opened), slot: opened % SLOTS, isSending: false, sent: 0, received: 0 };
  // RTCP shares the port; its types lie above 191 (RFC 5761 section 4).
  socket.on('message', (packet) => (party.received += (packet[1] ?? 0) < 192 ? 1 : 0));
  socket.on('error', () => undefined);
  parties.set(socket.address().port, party);
  return socket.address().port;
}

/** µ-law of a voice's loudness that never repeats itself within the frame. */
function newPacket(seed: number): Buffer {
  const packet = Buffer.alloc(HEADER_BYTES + FRAME_SAMPLES);
  packet.writeUInt8(0x80, 0);
  packet.writeUInt32BE(seed, 8);
  for (let i = 0; i < FRAME_SAMPLES; i += 1)
    packet.writeUInt8((Math.imul(i + seed, 2_654_435_761) >>> 24) | 0x20, HEADER_BYTES + i);
  return packet;
}

function startSending(): void {
  const startMs = performance.now();
  const slotMs = FRAME_MS / SLOTS;
  let slot = 0;
  const run = (): void => {
    for (; startMs + slot * slotMs <= performance.now(); slot += 1) {
      for (const party of parties.values()) if (party.isSending && party.slot === slot % SLOTS) sendFrame(party);
    }
    setTimeout(run, Math.max(0, startMs + slot * slotMs - performance.now()));
  };
  run();
}

function sendFrame(party: Party): void {
  const packet = Buffer.from(party.packet);
  packet.writeUInt16BE(party.sent & 0xffff, 2);
  packet.writeUInt32BE((party.sent * FRAME_SAMPLES) >>> 0, 4);
  party.sent += 1;
  party.socket.send(party.srtp ? party.srtp.protect(packet) : packet);
}
