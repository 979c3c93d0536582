import { randomBytes } from 'node:crypto';
import Srf from 'drachtio-srf';
import { startSipServer, type SipServer } from '../../sip/src/sip-server.ts';
import { FrameClock } from './media/frame-clock.ts';
import { tone } from './media/frame-source.ts';
import { RtpPorts } from './media/rtp-ports.ts';
import { RtpSession } from './media/rtp-session.ts';
import { readPeer, writeSdp } from './media/sdp.ts';

/** A call as the gateway of a test sees it. */
export interface GatewayCall {
  readonly media: RtpSession;
  readonly keys: string[];
  /** Statuses of the INVITE with the reason header, in order; 100 left out. */
  readonly responses: { readonly status: number; readonly reason: string | undefined; readonly hasSdp: boolean }[];
  readonly dialog: Srf.Dialog | null;
  /** The other side hung up. */
  readonly isGone: boolean;
  sdp(direction: 'sendrecv' | 'sendonly', version: number): string;
  cancel(): void;
  hangUp(): Promise<void>;
}

type Arrival = { readonly req: Srf.SrfRequest; readonly res: Srf.SrfResponse };

/** The city's side in tests: dials residents and takes their calls, with an agent who sounds as 440 Hz. */
export class TestGateway {
  readonly #server: SipServer;
  readonly #srf = new Srf();
  readonly #ports = new RtpPorts('127.0.0.1', { from: 28_500, to: 28_599 });
  readonly #clock = new FrameClock();
  readonly #media: RtpSession[] = [];
  #onInvite: (arrival: Arrival) => void = ({ res }) => res.send(480);

  static async start(): Promise<TestGateway> {
    const secret = randomBytes(8).toString('hex');
    const udp = { host: '127.0.0.1', port: 0 };
    const gateway = new TestGateway(await startSipServer({ udp, control: udp, secret }));
    gateway.#srf.invite((req, res) => gateway.#onInvite({ req, res }));
    await new Promise<void>((resolve, reject) => {
      gateway.#srf.on('connect', (error) => (error ? reject(error) : resolve()));
      void gateway.#srf.connect({ ...gateway.#server.addresses.control, secret });
    });
    return gateway;
  }

  private constructor(server: SipServer) {
    this.#server = server;
  }

  get port(): number {
    return this.#server.addresses.udp?.port ?? 0;
  }

  /** What happens to the next calls from residents. */
  takeCalls(onInvite: (arrival: Arrival) => void): void {
    this.#onInvite = onInvite;
  }

  /** Dials; resolves once the INVITE has a final response. */
  async dial(uri: string, onProgress: (call: GatewayCall) => void = () => undefined, offer?: string): Promise<GatewayCall> {
    const call = await this.#newCall();
    const note = (response: Srf.SrfResponse): void => {
      const hasSdp = response.body !== '';
      call.responses.push({ status: response.status, reason: response.get('Reason'), hasSdp });
      if (hasSdp) call.media.connect(readPeer(response.body));
      onProgress(call);
    };
    const progress = {
      cbRequest: (_error: unknown, req: Srf.SrfRequest): void => {
        call.cancel = () => req.cancel(() => undefined);
      },
      cbProvisional: (response: Srf.SrfResponse): void => {
        if (response.status > 100) note(response);
      },
    };
    const options = { localSdp: offer ?? call.sdp('sendrecv', 1), headers: { From: '<sip:0220001100@localhost>' } };
    await new Promise<void>((resolve) => {
      // The published type of cbRequest leaves out its first argument, the error.
      const callbacks = progress as unknown as Parameters<Srf['createUAC']>[2];
      this.#srf.createUAC(uri, options, callbacks, (error: { res?: Srf.SrfResponse } | null, dialog) => {
        if (error?.res) note(error.res);
        if (error) call.media.close();
        else this.#establish(call, dialog);
        resolve();
      });
    });
    return call;
  }

  /** Answers a resident's call. */
  async answer({ req, res }: Arrival): Promise<GatewayCall> {
    const call = await this.#newCall();
    await new Promise<void>((resolve, reject) => {
      this.#srf.createUAS(req, res, { localSdp: call.sdp('sendrecv', 1) }, (error: Error | null, dialog) => {
        if (error) return reject(error);
        this.#establish(call, dialog);
        resolve();
      });
    });
    return call;
  }

  /** Sends a request outside a dialog; resolves with its status. */
  async request(uri: string, method: 'OPTIONS' | 'REGISTER'): Promise<number> {
    const headers = method === 'REGISTER' ? { Contact: `<sip:nobody@127.0.0.1:${this.port}>` } : {};
    // The published type asks for a whole request where these options are meant.
    const send = this.#srf.request.bind(this.#srf) as unknown as (uri: string, options: object) => Promise<Srf.SrfRequest>;
    const sent = await send(uri, { method, headers });
    return new Promise((resolve) => sent.on('response', (response) => resolve(response?.status ?? 0)));
  }

  /** Asks the other side of a call to transfer it; resolves with the status. */
  async refer(call: GatewayCall): Promise<number> {
    const options = { method: 'REFER', headers: { 'Refer-To': `<sip:elsewhere@127.0.0.1:${this.port}>` } };
    // The published type asks for a whole request where these options are meant.
    const response = await call.dialog?.request(options as unknown as Srf.SrfRequest);
    return response?.status ?? 0;
  }

  async close(): Promise<void> {
    for (const media of this.#media) media.close();
    this.#srf.disconnect();
    await this.#server.close();
  }

  #establish(call: MutableCall, dialog: Srf.Dialog): void {
    call.dialog = dialog;
    call.media.connect(readPeer(dialog.remote.sdp));
    call.media.play(tone(440, -18));
    if (dialog.type === 'uac') call.responses.push({ status: 200, reason: undefined, hasSdp: true });
    dialog.on('destroy', () => {
      call.isGone = true;
      call.media.close();
    });
    call.hangUp = async () => {
      await new Promise<void>((resolve) => dialog.destroy({ headers: {} }, () => resolve()));
      call.media.close();
    };
  }

  async #newCall(): Promise<MutableCall> {
    const keys: string[] = [];
    const media = await RtpSession.open(this.#ports, this.#clock, {
      onFirstAudible: () => undefined,
      onDigit: (key) => keys.push(key),
    });
    this.#media.push(media);
    const sdp = (direction: 'sendrecv' | 'sendonly', version: number): string =>
      writeSdp({ host: '127.0.0.1', port: media.port, version, telephoneEventType: 96, direction });
    return {
      media,
      keys,
      responses: [],
      dialog: null,
      isGone: false,
      sdp,
      cancel: () => undefined,
      hangUp: () => Promise.resolve(),
    };
  }
}

type MutableCall = { -readonly [Key in keyof GatewayCall]: GatewayCall[Key] };
