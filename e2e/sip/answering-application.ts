import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import Srf from 'drachtio-srf';

export const SDP = sdp(1);
const NOTICED_MS = 50;
/** Who is answered without ringing. */
const SILENT = new Set(['answers-at-once', 'timer', 'refreshes']);
/** Calls with a session timer, and who refreshes them. */
const REFRESHERS: Readonly<Record<string, 'uac' | 'uas'>> = { timer: 'uac', refreshes: 'uas' };
const CHALLENGE = 'Digest realm="suite", nonce="5f2a", algorithm=MD5, qop="auth"';

/** What the application noticed, by the name of what happened: `info`, `refer`, `cancel`, `ack`, `destroy` … */
export type Noticed = Map<string, number>;

export interface DialOptions {
  readonly headers?: Record<string, string>;
  /** Gives up at the first 180. */
  readonly cancels?: boolean;
}

/** Where the SIP server under test listens, as it says when an application connects: `udp` → `127.0.0.1:5060`. */
export type Listening = ReadonlyMap<string, string>;

/** An application on an unmodified drachtio-srf. The user part of the called URI says what it does with a call. */
export class AnsweringApplication {
  readonly noticed: Noticed = new Map();
  readonly dialogs = new Set<Srf.Dialog>();
  readonly listening: Listening;
  private readonly srf: Srf;

  private constructor(srf: Srf, listening: Listening) {
    this.srf = srf;
    this.listening = listening;
    srf.use('invite', (request, response) => void this.takeCall(request, response));
    // A BYE that ends a ringing call: drachtio-srf has no dialog for it and would say 404.
    srf.use('bye', (_request, response) => {
      this.note('early-bye');
      response.send(200);
    });
    srf.use('register', (request, response) => {
      if (request.has('Authorization')) response.send(200, { headers: { Contact: request.get('Contact'), Expires: '300' } });
      else response.send(401, { headers: { 'WWW-Authenticate': CHALLENGE } });
    });
  }

  /** Connects to a SIP server's control port. Rejects when it refuses. */
  static async connect(control: { host: string; port: number; secret: string }): Promise<AnsweringApplication> {
    const srf = new Srf();
    const connected = once(srf, 'connect');
    void srf.connect(control);
    const [error, hostports] = (await connected) as [Error | null, string];
    if (error) throw error;
    // Without a listener the errors of drachtio-srf, which reconnects by itself, would end the process.
    srf.on('error', () => undefined);
    const places = hostports.split(',').map((place) => place.split('/'));
    return new AnsweringApplication(srf, new Map(places.map(([protocol = '', address = '']) => [protocol, address])));
  }

  /** True when drachtio-srf waits for nothing any more and no dialog stands. */
  isIdle(): boolean {
    // The published type of drachtio-srf leaves `idle` out.
    return this.dialogs.size === 0 && (this.srf as unknown as { idle: boolean }).idle;
  }

  count(what: string): number {
    return this.noticed.get(what) ?? 0;
  }

  /** Calls somebody. Resolves with the dialog, or with the status of the refusal. */
  async dial(uri: string, { headers = {}, cancels = false }: DialOptions = {}): Promise<Srf.Dialog | number> {
    let sent: Srf.SrfRequest | undefined;
    const callbacks = {
      // The published type leaves out the error that comes first.
      cbRequest: ((_error: unknown, request: Srf.SrfRequest) => (sent = request)) as never,
      cbProvisional: (response: Srf.SrfResponse): void => {
        this.note(String(response.status));
        if (cancels && response.status === 180) sent?.cancel(() => undefined);
      },
    };
    try {
      return this.keep(await this.srf.createUAC(uri, { localSdp: SDP, headers }, callbacks));
    } catch (error) {
      return (error as { status?: number }).status ?? 0;
    }
  }

  /** Resolves when the server has had the time to notice: until then it turns the next application away. */
  async disconnect(): Promise<void> {
    this.srf.disconnect();
    await sleep(NOTICED_MS);
  }

  private async takeCall(request: Srf.SrfRequest, response: Srf.SrfResponse): Promise<void> {
    request.on('cancel', () => this.note('cancel'));
    const wish = /sip:([^@]+)@/.exec(request.uri)?.[1] ?? '';
    if (wish === 'busy') {
      response.send(486);
      return;
    }
    if (wish === 'reliable') {
      this.answerReliably(request, response);
      return;
    }
    if (!SILENT.has(wish)) response.send(180);
    if (wish === 'rings') return;
    const refresher = REFRESHERS[wish];
    const headers = refresher === undefined ? {} : { 'Session-Expires': `90;refresher=${refresher}` };
    const dialog = await this.answer(request, response, headers);
    if (wish === 'hangs-up') dialog?.on('ack', () => void this.hangUp(dialog));
    if (wish === 'reinvites') dialog?.on('ack', () => void dialog.modify(sdp(2)).then(() => this.note('modified')));
  }

  /** Sends a reliable 183 and answers once its PRACK is there. */
  private answerReliably(request: Srf.SrfRequest, response: Srf.SrfResponse): void {
    const onPrack = (): void => {
      this.note('prack');
      void this.answer(request, response);
    };
    // The published type leaves out the last parameter, which drachtio-srf calls with the PRACK.
    const send = response.send.bind(response) as (...values: unknown[]) => void;
    send(183, { headers: { Require: '100rel' }, body: SDP }, () => undefined, onPrack);
  }

  private async answer(
    request: Srf.SrfRequest,
    response: Srf.SrfResponse,
    headers: Record<string, string> = {},
  ): Promise<Srf.Dialog | undefined> {
    try {
      return this.keep(await this.srf.createUAS(request, response, { localSdp: SDP, headers }));
    } catch {
      // The caller gave up while we answered.
      this.note('not-answered');
      return undefined;
    }
  }

  private keep(dialog: Srf.Dialog): Srf.Dialog {
    // A BYE in the same segment as the confirmation of our 200 is dealt with before the promise of the dialog is.
    // The published type of drachtio-srf leaves `connected` out.
    if (!(dialog as unknown as { connected: boolean }).connected) {
      this.note('destroy');
      return dialog;
    }
    this.dialogs.add(dialog);
    dialog.on('destroy', () => {
      this.note('destroy');
      this.dialogs.delete(dialog);
    });
    dialog.on('ack', () => this.note('ack'));
    dialog.on('info', (request, response) => {
      this.note(`info ${request.body.trim().replace(/\s+/g, ' ')}`);
      response.send(200);
    });
    dialog.on('update', (_request, response) => {
      this.note('update');
      response.send(200, { body: sdp(2) });
    });
    dialog.on('modify', (_request, response) => {
      this.note('modify');
      response.send(200, { body: sdp(2) });
    });
    dialog.on('refer', (_request, response) => {
      this.note('refer');
      response.send(202);
      void this.reportReferral(dialog);
    });
    return dialog;
  }

  /** RFC 3515 §2.4.5: the one who was referred tells how the call went; here it failed at once. */
  private async reportReferral(dialog: Srf.Dialog): Promise<void> {
    const headers = { Event: 'refer', 'Subscription-State': 'terminated;reason=noresource', 'Content-Type': 'message/sipfrag' };
    // The published type asks for a whole request where a few fields are meant.
    const options = { method: 'NOTIFY', headers, body: 'SIP/2.0 603 Decline' } as unknown as Srf.SrfRequest;
    const { status } = await dialog.request(options);
    this.note(`notify ${status}`);
  }

  /** Ends a dialog of ours with BYE. */
  async hangUp(dialog: Srf.Dialog): Promise<void> {
    this.dialogs.delete(dialog);
    await Promise.resolve(dialog.destroy());
  }

  private note(what: string): void {
    this.noticed.set(what, this.count(what) + 1);
  }
}

function sdp(version: number): string {
  const lines = ['v=0', `o=city 1 ${version} IN IP4 127.0.0.1`, 's=-', 'c=IN IP4 127.0.0.1', 't=0 0', 'm=audio 4000 RTP/AVP 0'];
  return lines.map((line) => `${line}\r\n`).join('');
}
