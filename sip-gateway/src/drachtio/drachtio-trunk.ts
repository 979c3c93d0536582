import type Srf from 'drachtio-srf';
import type { OutgoingLeg, OutgoingRequest, Trunk, TrunkLegEvents } from '../ports/signalling.port.ts';
import { toTrunkForm } from '../trunk/dial-plan.model.ts';
import type { LiveLegs } from './live-legs.ts';

export interface TrunkRoute {
  /** host:port of the carrier. */
  readonly trunk: string;
  /** The host we present callers under. */
  readonly domain: string;
}

/** The carrier, reached through the SIP server. */
export class DrachtioTrunk implements Trunk {
  readonly #srf: Srf;
  readonly #route: TrunkRoute;
  readonly #legs: LiveLegs;

  constructor(srf: Srf, route: TrunkRoute, legs: LiveLegs) {
    this.#srf = srf;
    this.#route = route;
    this.#legs = legs;
  }

  invite(request: OutgoingRequest, events: TrunkLegEvents): OutgoingLeg {
    const caller = `<sip:${toTrunkForm(request.callerId)}@${this.#route.domain}>`;
    const leg = new OutgoingInvite(events, this.#legs);
    leg.send(this.#srf, `sip:${toTrunkForm(request.to)}@${this.#route.trunk};transport=udp`, {
      localSdp: request.sdp,
      // The network-asserted identity is what the carrier shows to the resident (RFC 3325 §9.1).
      headers: { From: caller, 'P-Asserted-Identity': caller },
    });
    return leg;
  }
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
        if (response.status > 100 && !this.#isOver) this.#events.onProgress(response.status, response.body || null);
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
