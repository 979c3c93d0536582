import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { once } from 'node:events';
import Srf from 'drachtio-srf';
import { startSipServer } from '../../../embedded/sip/src/sip-server.ts';
import type { SipServer } from '../../../embedded/sip/src/sip-server.ts';
import { PCMU, decodeG711, encodeG711 } from '../mixer/g711.ts';
import { strongestTone } from '../mixer/tone-meter.ts';

const HOST = '127.0.0.1';
const FRAME_MS = 20;
const FRAME_SAMPLES = 160;
const SAMPLES_PER_S = 8_000;
/** What is measured of the sound heard last, in frames. */
const WINDOW_FRAMES = 20;
const AMPLITUDE = 6_000;
/** From this amplitude on a tone counts as heard. */
const HEARD = 600;
/** A root mean square above this that the tones do not explain is music. */
const AUDIBLE = 100;

/** Telephones behind a carrier: each speaks a tone of its own, and tells which of the others it hears. */
export class Telephones {
  readonly #phones = new Map<string, Telephone>();
  #server!: SipServer;
  #srf!: Srf;

  /** The carrier's SIP port. */
  get port(): number {
    return this.#server.addresses.udp?.port ?? 0;
  }

  async open(): Promise<void> {
    this.#server = await startSipServer({
      udp: { host: HOST, port: 0 },
      control: { host: HOST, port: 0 },
      secret: 'telephones',
    });
    this.#srf = new Srf();
    this.#srf.invite((request, response) => {
      const called = /^sip:([^@]+)@/.exec(request.uri)?.[1] ?? '';
      const phone = this.#phones.get(called);
      if (phone === undefined) response.send(404);
      else phone.ring(this.#srf, request, response);
    });
    this.#srf.use('options', (_request: Srf.SrfRequest, response: Srf.SrfResponse) => {
      response.send(200);
    });
    const connected = once(this.#srf, 'connect');
    void this.#srf.connect({ host: HOST, port: this.#server.addresses.control.port, secret: 'telephones' });
    await connected;
  }

  /** A telephone with this national number that answers at once. `hertz` must be a multiple of 50, so that 20 ms hold whole periods. */
  async add(number: string, hertz: number): Promise<Telephone> {
    const phone = await Telephone.open(hertz);
    this.#phones.set(number, phone);
    return phone;
  }

  /** Rings the gateway from a telephone; resolves when it was answered. */
  async call(phone: Telephone, gatewayPort: number, to: string, from: string): Promise<void> {
    const dialog = await this.#srf.createUAC(`sip:${to}@${HOST}:${gatewayPort};transport=udp`, {
      localSdp: phone.sdp(),
      headers: { From: `<sip:${from}@${HOST}>` },
    });
    phone.keep(dialog);
  }

  async close(): Promise<void> {
    for (const phone of this.#phones.values()) phone.close();
    this.#srf.disconnect();
    await this.#server.close();
  }
}

export class Telephone {
  readonly hertz: number;
  answersWith: 200 | 486 | 'never' = 200;
  isUp = false;
  readonly #rtp: Socket;
  readonly #heard: Int16Array[] = [];
  readonly #tone: Int16Array;
  #dialog: Srf.Dialog | null = null;
  #timer: NodeJS.Timeout | null = null;
  #sequence = 0;
  #target = 0;
  #version = 1;

  private constructor(hertz: number, rtp: Socket) {
    this.hertz = hertz;
    this.#rtp = rtp;
    this.#tone = Int16Array.from({ length: FRAME_SAMPLES }, (_, index) =>
      Math.round(AMPLITUDE * Math.sin((2 * Math.PI * hertz * index) / SAMPLES_PER_S)),
    );
    rtp.on('message', (packet) => {
      if (packet.length !== 12 + FRAME_SAMPLES || (packet[1] ?? 0) % 128 !== 0) return;
      const frame = new Int16Array(FRAME_SAMPLES);
      decodeG711(PCMU, packet.subarray(12), frame);
      this.#heard.push(frame);
      if (this.#heard.length > WINDOW_FRAMES) this.#heard.shift();
    });
  }

  static async open(hertz: number): Promise<Telephone> {
    const rtp = createSocket('udp4').bind(0, HOST);
    await once(rtp, 'listening');
    return new Telephone(hertz, rtp);
  }

  ring(srf: Srf, request: Srf.SrfRequest, response: Srf.SrfResponse): void {
    response.send(180);
    if (this.answersWith === 'never') return;
    if (this.answersWith !== 200) {
      response.send(this.answersWith);
      return;
    }
    void srf.createUAS(request, response, { localSdp: this.sdp() }).then((dialog) => {
      this.keep(dialog);
    });
  }

  keep(dialog: Srf.Dialog): void {
    this.#dialog = dialog;
    this.isUp = true;
    this.#target = portOf(dialog.remote.sdp);
    dialog.on('destroy', () => {
      this.#end();
    });
    this.#timer = setInterval(() => {
      this.#speak();
    }, FRAME_MS);
  }

  hangUp(): void {
    this.#dialog?.destroy({ headers: {} }, () => undefined);
    this.#end();
  }

  /** Offers anew in the talk; resolves with the port the gateway wants the sound at, as before unless it moved. */
  async reoffer(): Promise<{ before: number; after: number }> {
    const before = this.#target;
    this.#version += 1;
    await this.#dialog?.modify(this.sdp());
    this.#target = portOf(this.#dialog?.remote.sdp ?? '');
    return { before, after: this.#target };
  }

  /** Which of these tones it has heard in the last 0.4 s; `music` when there is sound but none of them. */
  hears(...hertz: readonly number[]): string {
    const samples = Int16Array.from(this.#heard.flatMap((frame) => [...frame]));
    const heard = hertz.filter((one) => strongestTone(samples, one) > HEARD);
    if (heard.length > 0) return heard.join(' ');
    const meanSquare = samples.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(1, samples.length);
    return Math.sqrt(meanSquare) > AUDIBLE ? 'music' : '';
  }

  /** Only what comes from now on counts. */
  forget(): void {
    this.#heard.length = 0;
  }

  sdp(): string {
    const { port } = this.#rtp.address();
    const lines = [
      'v=0',
      `o=- ${this.hertz} ${this.#version} IN IP4 ${HOST}`,
      's=-',
      `c=IN IP4 ${HOST}`,
      't=0 0',
      `m=audio ${port} RTP/AVP 0 101`,
      'a=rtpmap:0 PCMU/8000',
      'a=rtpmap:101 telephone-event/8000',
      'a=ptime:20',
      '',
    ];
    return lines.join('\r\n');
  }

  close(): void {
    this.#end();
    this.#rtp.close();
  }

  #end(): void {
    this.isUp = false;
    this.#dialog = null;
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  #speak(): void {
    const packet = Buffer.alloc(12 + FRAME_SAMPLES);
    packet.writeUInt8(0x80, 0);
    packet.writeUInt16BE(this.#sequence & 0xffff, 2);
    packet.writeUInt32BE((this.#sequence * FRAME_SAMPLES) >>> 0, 4);
    packet.writeUInt32BE(this.hertz, 8);
    encodeG711(PCMU, this.#tone, packet, 12);
    this.#sequence += 1;
    this.#rtp.send(packet, this.#target, HOST);
  }
}

const portOf = (sdp: string): number => Number(/m=audio (\d+)/.exec(sdp)?.[1]);
