import type Srf from 'drachtio-srf';
import type { OutgoingLeg, OutgoingRequest, TrunkLegEvents } from '../ports/signalling.port.ts';
import { toTrunkForm } from '../trunk/dial-plan.model.ts';
import type { TrunkSignalling } from '../trunk/trunk-group.ts';
import type { TrunkSettings } from '../trunk/trunk-settings.ts';
import type { LiveLegs } from './live-legs.ts';
import { answerReoffers } from './reoffer.ts';

/** The carriers, reached through the SIP server. */
export class DrachtioTrunk implements TrunkSignalling {
  readonly #srf: Srf;
  readonly #domain: string;
  readonly #legs: LiveLegs;

  /** `domain` is the host we present callers under. */
  constructor(srf: Srf, domain: string, legs: LiveLegs) {
    this.#srf = srf;
    this.#domain = domain;
    this.#legs = legs;
  }

  invite(settings: TrunkSettings, request: OutgoingRequest, events: TrunkLegEvents): OutgoingLeg {
    const caller = `<sip:${toTrunkForm(request.callerId, settings.numberForm)}@${this.#domain}>`;
    const leg = new OutgoingInvite(events, this.#legs);
    leg.send(this.#srf, uriOf(settings, toTrunkForm(request.to, settings.numberForm)), {
      localSdp: request.sdp,
      ...withCredentials(settings),
      headers: {
        From: caller,
        // The network-asserted identity is what the carrier shows to the resident (RFC 3325 §9.1).
        ...(settings.callerId === 'asserted' ? { 'P-Asserted-Identity': caller } : {}),
      },
    });
    return leg;
  }

  ask(settings: TrunkSettings): Promise<number> {
    return this.#request(settings, { method: 'OPTIONS', headers: {} }).then(({ status }) => status);
  }

  async register(settings: TrunkSettings, expiresSeconds: number): Promise<{ status: number; expiresSeconds: number }> {
    const user = settings.credentials?.username ?? '';
    const { status, response } = await this.#request(settings, {
      method: 'REGISTER',
      headers: {
        From: `<sip:${user}@${hostOf(settings)}>`,
        To: `<sip:${user}@${hostOf(settings)}>`,
        // The SIP server puts its own address in place of localhost.
        Contact: `<sip:${user}@localhost${settings.transport === 'udp' ? '' : `;transport=${settings.transport}`}>`,
        Expires: String(expiresSeconds),
      },
      ...withCredentials(settings),
    });
    return { status, expiresSeconds: grantedSeconds(response, expiresSeconds) };
  }

  /** A request outside dialogs. Without any answer, or without a SIP server, the status is 408. */
  #request(
    settings: TrunkSettings,
    options: { readonly method: 'OPTIONS' | 'REGISTER'; readonly headers: Readonly<Record<string, string>> },
  ): Promise<{ readonly status: number; readonly response: Srf.SrfResponse | null }> {
    return new Promise((resolve) => {
      const fail = (): void => {
        resolve({ status: NO_RESPONSE, response: null });
      };
      try {
        // The library's types know only another signature of `request`.
        const srf = this.#srf as unknown as { request: SendRequest };
        srf.request(uriOf(settings, null), options, (error, request) => {
          if (error || request === undefined) fail();
          else
            request.on('response', (response) => {
              if (response !== undefined && response.status >= 200) resolve({ status: response.status, response });
            });
        });
      } catch {
        fail();
      }
    });
  }
}

type SendRequest = (uri: string, options: unknown, callback: (error: unknown, request?: Srf.SrfRequest) => void) => void;

const NO_RESPONSE = 408;

const hostOf = ({ address }: TrunkSettings): string => address.slice(0, address.lastIndexOf(':'));

const uriOf = ({ address, transport }: TrunkSettings, user: string | null): string =>
  `sip:${user === null ? '' : `${user}@`}${address};transport=${transport}`;

const withCredentials = ({ credentials }: TrunkSettings): { auth?: { username: string; password: string } } =>
  credentials === null ? {} : { auth: credentials };

/** What the registrar granted: the contact's own word, else Expires, else what we asked for (RFC 3261 §10.2.4). */
function grantedSeconds(response: Srf.SrfResponse | null, asked: number): number {
  const contact = /;\s*expires\s*=\s*(\d{1,9})/i.exec(response?.get('Contact') ?? '')?.[1];
  const header = /^\s*(\d{1,9})/.exec(response?.get('Expires') ?? '')?.[1];
  return Number(contact ?? header ?? asked);
}

class OutgoingInvite implements OutgoingLeg {
  readonly #events: TrunkLegEvents;
  readonly #legs: LiveLegs;
  readonly #forget: () => void;
  #request: Srf.SrfRequest | null = null;
  #dialog: Srf.Dialog | null = null;
  #mustCancel = false;
  #isOver = false;

  constructor(events: TrunkLegEvents, legs: LiveLegs) {
    this.#events = events;
    this.#legs = legs;
    this.#forget = legs.add(() => {
      this.#noteLost();
    });
  }

  send(srf: Srf, uri: string, options: Srf.CreateUACOptions): void {
    const progress = {
      // The library's types leave out the error that comes first.
      cbRequest: (...results: unknown[]): void => {
        // The second argument is the request that was sent.
        this.#noteSent((results[1] ?? null) as Srf.SrfRequest | null);
      },
      cbProvisional: (response: Srf.SrfResponse): void => {
        if (this.#isOver) return;
        if (response.status === 100) this.#events.onTrying();
        else this.#events.onProgress(response.status, response.body || null);
      },
    };
    try {
      srf.createUAC(uri, options, progress, (error: unknown, dialog: Srf.Dialog | undefined) => {
        if (error || dialog === undefined) this.#noteRefused(error);
        else this.#noteAnswered(dialog);
      });
    } catch (error) {
      // Without a connection to the SIP server the library throws; the call must still learn its end, but later.
      queueMicrotask(() => {
        this.#noteRefused(error);
      });
    }
  }

  cancel(): void {
    this.#mustCancel = true;
    if (this.#dialog === null && !this.#isOver) this.#request?.cancel(() => undefined);
  }

  hangUp(): void {
    if (this.#dialog === null) {
      this.cancel();
      return;
    }
    if (this.#isOver) return;
    this.#close();
    this.#legs.bye(this.#dialog);
  }

  #noteSent(request: Srf.SrfRequest | null): void {
    this.#request = request;
    if (this.#mustCancel) this.cancel();
  }

  #noteAnswered(dialog: Srf.Dialog): void {
    this.#dialog = dialog;
    if (this.#isOver) {
      this.#legs.bye(dialog);
      return;
    }
    dialog.on('destroy', () => {
      if (this.#isOver) return;
      this.#close();
      this.#events.onEnded();
    });
    answerReoffers(dialog, (sdp) => this.#events.onReoffer(sdp));
    this.#events.onAnswered(dialog.remote.sdp);
  }

  #noteRefused(error: unknown): void {
    if (this.#isOver) return;
    this.#close();
    const { status, q850 } = refusalOf(error);
    this.#events.onRefused(status, q850);
  }

  #noteLost(): void {
    if (this.#isOver) return;
    this.#close();
    if (this.#dialog === null) this.#events.onRefused(503, null);
    else this.#events.onLost();
  }

  #close(): void {
    this.#isOver = true;
    this.#forget();
  }
}

/** A failure without a SIP status never reached the carrier: as good as 503. */
function refusalOf(error: unknown): { status: number; q850: number | null } {
  if (typeof error !== 'object' || error === null || !('status' in error) || typeof error.status !== 'number')
    return { status: 503, q850: null };
  const response = 'res' in error ? error.res : null;
  // The library attaches the response to its SipError, untyped.
  const reason = (response as Srf.SrfResponse | null)?.get('Reason');
  return { status: error.status, q850: q850Of(reason) };
}

/** The Q.850 cause of a Reason header (RFC 3326 §2), or null. */
export function q850Of(reason: string | undefined): number | null {
  const cause = /(?:^|,)\s*Q\.850\s*;(?:[^,]*;)?\s*cause\s*=\s*(\d{1,3})/i.exec(reason ?? '')?.[1];
  return cause === undefined ? null : Number(cause);
}
