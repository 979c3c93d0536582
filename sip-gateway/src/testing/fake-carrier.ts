import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { once } from 'node:events';
import Srf from 'drachtio-srf';
import { startSipServer } from '../../../embedded/sip/src/sip-server.ts';
import type { SipServer } from '../../../embedded/sip/src/sip-server.ts';

const GATEWAY_HOST = '127.0.0.1';
const FRAME_MS = 20;

/** What the carrier does with the next INVITE. */
export type Behaviour = (request: Srf.SrfRequest, response: Srf.SrfResponse) => void;

/** A carrier: a SIP server of its own with residents that do as the spec says, and RTP with a tone. */
export class FakeCarrier {
  readonly invites: { readonly uri: string; readonly from: string; readonly atMs: number }[] = [];
  behaviour: Behaviour = (_request, response) => {
    response.send(404);
  };
  dialog: Srf.Dialog | null = null;
  isDialogOver = false;
  isCancelled = false;
  packets = 0;
  /** Packets with a sample above half of full scale. */
  loudPackets = 0;
  firstPacketAtMs = 0;
  answeredAtMs = 0;
  readonly #host: string;
  #server!: SipServer;
  #srf!: Srf;
  #rtp!: Socket;
  #timer: NodeJS.Timeout | null = null;
  #answering: NodeJS.Timeout | null = null;

  constructor(host = '127.0.0.1') {
    this.#host = host;
  }

  get port(): number {
    return this.#server.addresses.udp?.port ?? 0;
  }

  async open(): Promise<void> {
    this.#server = await startSipServer({
      udp: { host: this.#host, port: 0 },
      control: { host: this.#host, port: 0 },
      secret: 'carrier',
    });
    this.#srf = new Srf();
    this.#srf.invite((request, response) => {
      this.invites.push({ uri: request.uri, from: request.get('P-Asserted-Identity'), atMs: Date.now() });
      request.on('cancel', () => {
        this.isCancelled = true;
      });
      this.behaviour(request, response);
    });
    this.#srf.use('options', (_request: Srf.SrfRequest, response: Srf.SrfResponse) => {
      response.send(200);
    });
    const connected = once(this.#srf, 'connect');
    void this.#srf.connect({ host: this.#host, port: this.#server.addresses.control.port, secret: 'carrier' });
    await connected;
    this.#rtp = createSocket('udp4').bind(0, this.#host);
    await once(this.#rtp, 'listening');
    this.#rtp.on('message', (packet) => {
      this.packets += 1;
      // G.711: µ-law counts from loud to quiet.
      if (packet.subarray(12).some((sample) => (sample & 0x7f) < 0x10)) this.loudPackets += 1;
      if (this.firstPacketAtMs === 0) this.firstPacketAtMs = Date.now();
    });
  }

  async close(): Promise<void> {
    this.hush();
    this.#stopAnswering();
    this.#srf.disconnect();
    this.#rtp.close();
    await this.#server.close();
  }

  reset(): void {
    this.hush();
    this.#stopAnswering();
    this.invites.length = 0;
    this.dialog = null;
    this.isDialogOver = false;
    this.isCancelled = false;
    this.packets = 0;
    this.loudPackets = 0;
    this.firstPacketAtMs = 0;
  }

  /** Rings, answers after this long, and speaks. */
  answers(afterMs = 0): Behaviour {
    return (request, response) => {
      response.send(180);
      this.#answering = setTimeout(() => void this.#answer(request, response), afterMs);
    };
  }

  /** Rings the gateway for a number, as an inbound call; resolves with the outcome's status. */
  async ring(gatewayPort: number, to: string, from: string): Promise<{ status: number; cancel?: () => void }> {
    try {
      const dialog = await this.#srf.createUAC(
        `sip:${to}@${GATEWAY_HOST}:${gatewayPort};transport=udp`,
        { localSdp: this.sdp(), headers: { From: `<sip:${from}@${this.#host}>` } },
        {
          cbRequest: (...results: unknown[]) => {
            this.#ringing = (results[1] ?? null) as Srf.SrfRequest | null;
          },
        },
      );
      this.#keep(dialog);
      return { status: 200 };
    } catch (error) {
      return { status: (error as { status?: number }).status ?? 0 };
    }
  }

  giveUp(): void {
    this.#ringing?.cancel(() => undefined);
  }

  #ringing: Srf.SrfRequest | null = null;

  hangUp(): void {
    this.dialog?.destroy({ headers: {} }, () => undefined);
  }

  sdp(): string {
    const { port } = this.#rtp.address();
    return `v=0\r\no=- 1 1 IN IP4 ${this.#host}\r\ns=-\r\nc=IN IP4 ${this.#host}\r\nt=0 0\r\nm=audio ${port} RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=ptime:20\r\n`;
  }

  async #answer(request: Srf.SrfRequest, response: Srf.SrfResponse): Promise<void> {
    if (this.isCancelled) return;
    this.answeredAtMs = Date.now();
    const dialog = await this.#srf.createUAS(request, response, { localSdp: this.sdp() });
    this.#keep(dialog);
  }

  #keep(dialog: Srf.Dialog): void {
    this.dialog = dialog;
    dialog.on('destroy', () => {
      this.isDialogOver = true;
      this.hush();
    });
    this.#speak(Number(/m=audio (\d+)/.exec(dialog.remote.sdp)?.[1]));
  }

  /** Sends a loud square wave in PCMU. */
  #speak(port: number): void {
    let sequence = 0;
    const samples = Buffer.from(Array.from({ length: 160 }, (_, index) => (index % 8 < 4 ? 0x90 : 0x10)));
    this.#timer = setInterval(() => {
      const header = Buffer.alloc(12);
      header.writeUInt8(0x80, 0);
      header.writeUInt16BE(sequence & 0xffff, 2);
      header.writeUInt32BE((sequence * 160) >>> 0, 4);
      header.writeUInt32BE(0x1234, 8);
      sequence += 1;
      this.#rtp.send(Buffer.concat([header, samples]), port, GATEWAY_HOST);
    }, FRAME_MS);
  }

  #stopAnswering(): void {
    if (this.#answering !== null) clearTimeout(this.#answering);
    this.#answering = null;
  }

  hush(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }
}
