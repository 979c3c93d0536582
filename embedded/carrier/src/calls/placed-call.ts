import type Srf from 'drachtio-srf';
import type { RtpSession } from '../media/rtp-session.ts';
import { OFFERED_EVENT_TYPE, UnacceptableSdpError, readPeer, writeSdp } from '../media/sdp.ts';
import { CarrierCall } from './carrier-call.ts';
import { followDialog } from './dialog-events.ts';
import { openMedia, type LineEquipment } from './line.ts';

interface Parties {
  readonly resident: string;
  readonly city: string;
}

interface Route {
  readonly srf: Srf;
  /** Where the city's gateway listens, host:port. */
  readonly gateway: string;
}

const NORMAL_CLEARING = { Reason: 'Q.850;cause=16' };

/** One call that a resident places to the city. */
export class PlacedCall {
  readonly call: CarrierCall;
  readonly #route: Route;
  readonly #equipment: LineEquipment;
  #invite: Srf.SrfRequest | null = null;
  #dialog: Srf.Dialog | null = null;
  #hasGivenUp = false;

  constructor(route: Route, parties: Parties, equipment: LineEquipment) {
    this.#route = route;
    this.#equipment = equipment;
    this.call = new CarrierCall({ direction: 'from-resident', ...parties }, () => this.#hangUp());
  }

  /** Takes an RTP port for the call. @throws NoRtpPortError */
  async prepare(): Promise<RtpSession> {
    return openMedia(this.call, this.#equipment);
  }

  /** Sends the INVITE and speaks when it is answered; how it went is in `call`. */
  ring(media: RtpSession): void {
    const { rtpHost, log } = this.#equipment;
    const localSdp = writeSdp({
      host: rtpHost,
      port: media.port,
      version: 1,
      telephoneEventType: OFFERED_EVENT_TYPE,
      direction: 'sendrecv',
    });
    // drachtio replaces the host `localhost` by the address it sends from.
    const caller = `<sip:${this.call.resident}@localhost>`;
    const progress = {
      cbRequest: (...[error, invite]: RequestCallback): void => {
        if (!error) this.#sent(invite);
      },
      cbProvisional: (response: Srf.SrfResponse): void => this.#progress(response, media),
    };
    this.#route.srf.createUAC(
      `sip:${this.call.city ?? ''}@${this.#route.gateway}`,
      { localSdp, headers: { From: caller, 'P-Asserted-Identity': caller } },
      // The published type of cbRequest leaves out its first argument, the error.
      progress as unknown as Parameters<Srf['createUAC']>[2],
      (error, dialog) => {
        if (!error) return this.#answered(dialog, media);
        log.debug({ status: statusOf(error) }, 'a call from a resident was not answered');
        this.call.end(this.#hasGivenUp ? 'resident' : 'gateway', statusOf(error));
      },
    );
  }

  #sent(invite: Srf.SrfRequest): void {
    this.#invite = invite;
    if (this.#hasGivenUp) this.#cancel();
  }

  #progress(response: Srf.SrfResponse, media: RtpSession): void {
    if (response.status === 100 || this.call.state === 'ended') return;
    this.call.ring(response.status);
    if (response.body) this.#listen(response.body, media);
  }

  #answered(dialog: Srf.Dialog, media: RtpSession): void {
    this.#dialog = dialog;
    followDialog(dialog, { call: this.call, media, rtpHost: this.#equipment.rtpHost, onGone: () => this.call.end('gateway') });
    // A 200 that crossed our CANCEL: the call stands, so it is ended (RFC 3261 §9.1).
    if (this.#hasGivenUp) return this.#sendBye();
    this.call.answer();
    this.call.acknowledge();
    if (!this.#listen(dialog.remote.sdp, media)) return this.#hangUp();
    media.play(this.#equipment.speech.personAt(this.call.resident));
  }

  #listen(sdp: string, media: RtpSession): boolean {
    try {
      media.connect(readPeer(sdp));
      return true;
    } catch (error) {
      if (!(error instanceof UnacceptableSdpError)) throw error;
      this.#equipment.log.warn({ reason: error.message }, 'the gateway answered with SDP that cannot be served');
      return false;
    }
  }

  #hangUp(): void {
    if (this.#hasGivenUp) return;
    this.#hasGivenUp = true;
    if (this.#dialog) this.#sendBye();
    else this.#cancel();
  }

  #cancel(): void {
    // Before the INVITE is out, #sent comes here again. The 487 ends the call.
    this.#invite?.cancel(() => undefined);
  }

  #sendBye(): void {
    this.#dialog?.destroy({ headers: NORMAL_CLEARING }, () => undefined);
    this.call.end('resident');
  }
}

type RequestCallback = [error: Error, invite: undefined] | [error: null, invite: Srf.SrfRequest];

function statusOf(error: unknown): number | null {
  return error instanceof Error && 'status' in error && typeof error.status === 'number' ? error.status : null;
}
