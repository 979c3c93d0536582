import dgram from 'node:dgram';
import { once } from 'node:events';
import type { RtpAddress } from '../ports/mixer.port.ts';
import { FRAME_MS, FRAME_SAMPLES, SAMPLE_RATE } from './frame.ts';
import { decodeG711, encodeG711, PCMU } from './g711.ts';
import { parseRtp, RTP_HEADER_BYTES, writeRtpHeader } from './rtp-packet.ts';

const HOST = '127.0.0.1';
const AMPLITUDE = 8000;

/** A party on the loopback for integration tests: sends one tone as RTP, and keeps what it hears. */
export class RtpPeer {
  readonly address: RtpAddress;
  readonly #socket: dgram.Socket;
  #heard: Int16Array[] = [];
  #sequenceNumber = 0;
  #timer: NodeJS.Timeout | null = null;

  private constructor(socket: dgram.Socket) {
    this.#socket = socket;
    this.address = { host: HOST, port: socket.address().port };
    socket.on('message', (packet) => this.#receive(packet));
  }

  static async open(): Promise<RtpPeer> {
    const socket = dgram.createSocket('udp4');
    socket.bind(0, HOST);
    await once(socket, 'listening');
    return new RtpPeer(socket);
  }

  /** Samples heard since the last `forget`, packets in order of arrival. */
  get heard(): Int16Array {
    const all = new Int16Array(this.#heard.length * FRAME_SAMPLES);
    this.#heard.forEach((frame, i) => all.set(frame, i * FRAME_SAMPLES));
    return all;
  }

  forget(): void {
    this.#heard = [];
  }

  /** Sends the tone to this leg until stopped, true to the clock however late the timer is. */
  sendTone(hz: number, to: RtpAddress): void {
    const startMs = performance.now();
    let sent = 0;
    this.stopSending();
    this.#timer = setInterval(() => {
      const due = Math.floor((performance.now() - startMs) / FRAME_MS) + 1;
      for (; sent < due; sent += 1) this.#sendFrame(hz, sent, to);
    }, FRAME_MS / 2);
  }

  stopSending(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
  }

  close(): void {
    this.stopSending();
    this.#socket.close();
  }

  #sendFrame(hz: number, frame: number, to: RtpAddress): void {
    const start = frame * FRAME_SAMPLES;
    const samples = Float64Array.from(
      { length: FRAME_SAMPLES },
      (_, i) => AMPLITUDE * Math.sin((2 * Math.PI * hz * (start + i)) / SAMPLE_RATE),
    );
    const packet = Buffer.alloc(RTP_HEADER_BYTES + FRAME_SAMPLES);
    const sequenceNumber = this.#sequenceNumber & 0xffff;
    this.#sequenceNumber += 1;
    writeRtpHeader(packet, { payloadType: PCMU, marker: false, sequenceNumber, timestamp: start, ssrc: this.address.port });
    encodeG711(PCMU, samples, packet, RTP_HEADER_BYTES);
    this.#socket.send(packet, to.port, to.host);
  }

  #receive(packet: Buffer): void {
    const rtp = parseRtp(packet);
    if (rtp?.payloadType !== PCMU || rtp.payload.length !== FRAME_SAMPLES) return;
    const samples = new Int16Array(FRAME_SAMPLES);
    decodeG711(PCMU, rtp.payload, samples);
    this.#heard.push(samples);
  }
}
