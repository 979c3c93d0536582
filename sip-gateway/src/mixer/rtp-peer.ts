import dgram from 'node:dgram';
import { once } from 'node:events';
import type { RtpAddress } from '../ports/mixer.port.ts';
import { FRAME_MS, FRAME_SAMPLES, SAMPLE_RATE } from './frame.ts';
import { decodeG711, encodeG711, PCMA, PCMU } from './g711.ts';
import type { G711Type } from './g711.ts';
import { isRtcp, readReports, writeReport } from './rtcp/rtcp-packet.ts';
import type { Report } from './rtcp/rtcp-packet.ts';
import { parseRtp, RTP_HEADER_BYTES, writeRtpHeader } from './rtp-packet.ts';

const HOST = '127.0.0.1';
const AMPLITUDE = 8000;

/** A sound by the number of its sample. */
export type Wave = (sample: number) => number;

export function toneOf(hz: number, amplitude = AMPLITUDE): Wave {
  return (sample) => amplitude * Math.sin((2 * Math.PI * hz * sample) / SAMPLE_RATE);
}

/** A party on the loopback for integration tests: sends a sound as RTP, keeps what it hears, and answers sender reports at once. */
export class RtpPeer {
  readonly address: RtpAddress;
  /** What it sends; what it hears may be either. */
  payloadType: G711Type = PCMU;
  /** Payload types of the packets heard since the last `forget`. */
  readonly heardTypes = new Set<number>();
  /** RTCP reports it was sent. */
  readonly reports: Report[] = [];
  readonly #socket: dgram.Socket;
  #heard: Int16Array[] = [];
  #sequenceNumber = 0;
  #timer: NodeJS.Timeout | null = null;

  private constructor(socket: dgram.Socket) {
    this.#socket = socket;
    this.address = { host: HOST, port: socket.address().port };
    socket.on('message', (packet, sender) => {
      if (isRtcp(packet)) this.#answerReports(packet, { host: sender.address, port: sender.port });
      else this.#receive(packet);
    });
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
    this.heardTypes.clear();
  }

  sendTone(hz: number, to: RtpAddress): void {
    this.send(toneOf(hz), to);
  }

  /** Sends the sound to this leg until stopped, true to the clock however late the timer is. */
  send(wave: Wave, to: RtpAddress): void {
    const startMs = performance.now();
    let sent = 0;
    this.stopSending();
    this.#timer = setInterval(() => {
      const due = Math.floor((performance.now() - startMs) / FRAME_MS) + 1;
      for (; sent < due; sent += 1) this.#sendFrame(wave, sent, to);
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

  #sendFrame(wave: Wave, frame: number, to: RtpAddress): void {
    const start = frame * FRAME_SAMPLES;
    const samples = Float64Array.from({ length: FRAME_SAMPLES }, (_, i) => wave(start + i));
    const packet = Buffer.alloc(RTP_HEADER_BYTES + FRAME_SAMPLES);
    const sequenceNumber = this.#sequenceNumber & 0xffff;
    this.#sequenceNumber += 1;
    writeRtpHeader(packet, {
      payloadType: this.payloadType,
      marker: false,
      sequenceNumber,
      timestamp: start,
      ssrc: this.address.port,
    });
    encodeG711(this.payloadType, samples, packet, RTP_HEADER_BYTES);
    this.#socket.send(packet, to.port, to.host);
  }

  #receive(packet: Buffer): void {
    const rtp = parseRtp(packet);
    if (!rtp || rtp.payload.length !== FRAME_SAMPLES) return;
    if (rtp.payloadType !== PCMU && rtp.payloadType !== PCMA) return;
    const samples = new Int16Array(FRAME_SAMPLES);
    decodeG711(rtp.payloadType, rtp.payload, samples);
    this.#heard.push(samples);
    this.heardTypes.add(rtp.payloadType);
  }

  #answerReports(packet: Buffer, to: RtpAddress): void {
    for (const report of readReports(packet)) {
      this.reports.push(report);
      if (!report.sender) continue;
      const lastReport = (((report.sender.ntpSeconds & 0xffff) << 16) | (report.sender.ntpFraction >>> 16)) >>> 0;
      const block = { ssrc: report.ssrc, fractionLost: 0, cumulativeLost: 0, highestSequence: 0, jitter: 0, lastReport };
      const answer = { ssrc: this.address.port, sender: null, blocks: [{ ...block, delaySinceLastReport: 0 }] };
      this.#socket.send(writeReport(answer, 'peer'), to.port, to.host);
    }
  }
}
