import { setTimeout as sleep } from 'node:timers/promises';
import type Srf from 'drachtio-srf';
import { ringback } from '../media/frame-source.ts';
import { NoRtpPortError } from '../media/rtp-ports.ts';
import type { RtpPeer, RtpSession } from '../media/rtp-session.ts';
import { UnacceptableSdpError, readPeer } from '../media/sdp.ts';
import type { Resident } from '../residents.ts';
import { CarrierCall } from './carrier-call.ts';
import { followDialog } from './dialog-events.ts';
import { answerSdp, openMedia, type LineEquipment } from './line.ts';

type Ringing = Extract<Resident, { ringMs: number }>;

/** Final responses with the Q.850 cause that exchanges give (RFC 3326, RFC 3398 §7.2.4.1). */
const REFUSALS = {
  busy: { status: 486, cause: 17 },
  unallocated: { status: 404, cause: 1 },
  'incomplete-number': { status: 484, cause: 28 },
} as const;
const NO_ANSWER = { status: 480, cause: 19 };
const NORMAL_CLEARING = { Reason: 'Q.850;cause=16' };

interface Parties {
  readonly resident: string;
  readonly city: string | null;
}

/** One call that the gateway places to a resident: what the resident does, from the INVITE to the end. */
export class DialledCall {
  readonly call: CarrierCall;
  readonly #srf: Srf;
  readonly #req: Srf.SrfRequest;
  readonly #res: Srf.SrfResponse;
  readonly #equipment: LineEquipment;
  readonly #over = new AbortController();
  #dialog: Srf.Dialog | null = null;
  #isAnswering = false;

  constructor(exchange: { srf: Srf; req: Srf.SrfRequest; res: Srf.SrfResponse }, parties: Parties, equipment: LineEquipment) {
    this.#srf = exchange.srf;
    this.#req = exchange.req;
    this.#res = exchange.res;
    this.#equipment = equipment;
    this.call = new CarrierCall({ direction: 'to-resident', ...parties }, () => this.#hangUp());
    exchange.req.on('cancel', () => this.#end('gateway', 487));
  }

  /** Lives the call through. Resolves when the resident has nothing more to do. */
  async live(resident: Resident): Promise<void> {
    try {
      if ('ringMs' in resident) await this.#ring(resident);
      else this.#refuse(REFUSALS[resident.kind]);
    } catch (error) {
      if (this.#over.signal.aborted) return;
      if (error instanceof UnacceptableSdpError) this.#refuse({ status: 488, cause: 88 });
      else if (error instanceof NoRtpPortError) this.#refuse({ status: 503, cause: 34 });
      else throw error;
    }
  }

  async #ring(resident: Ringing): Promise<void> {
    const peer = readPeer(this.#req.body);
    const media = await openMedia(this.call, this.#equipment);
    const localSdp = answerSdp(media, peer, { rtpHost: this.#equipment.rtpHost, version: 1 });
    this.#over.signal.throwIfAborted();
    if (resident.kind === 'answers' && resident.hasEarlyMedia) this.#ringAudibly(media, peer, localSdp);
    else this.#provision(180);
    await this.#pause(resident.ringMs);
    if (resident.kind === 'never-answers') return this.#refuse(NO_ANSWER);
    await this.#answer(media, peer, localSdp);
    if (resident.kind === 'answering-machine') return this.#recordMessage(media, resident.recordsMs);
    media.play(this.#equipment.speech.personAt(this.call.resident));
    if (resident.hangsUpAfterMs === null) return;
    await this.#pause(resident.hangsUpAfterMs);
    this.#hangUp();
  }

  #ringAudibly(media: RtpSession, peer: RtpPeer, localSdp: string): void {
    this.#provision(183, { body: localSdp });
    media.play(ringback());
    media.connect(peer);
  }

  #provision(status: 180 | 183, content: { body?: string } = {}): void {
    this.call.ring(status);
    this.#res.send(status, content);
  }

  async #answer(media: RtpSession, peer: RtpPeer, localSdp: string): Promise<void> {
    this.#isAnswering = true;
    this.call.answer();
    media.connect(peer);
    await new Promise<void>((resolve, reject) => {
      // The callback form: the ACK may be read from the socket before a promise would have been resolved.
      this.#srf.createUAS(this.#req, this.#res, { localSdp }, (error, dialog) => {
        if (error) return reject(error instanceof Error ? error : new Error(String(error)));
        this.#follow(dialog, media);
        resolve();
      });
    }).catch((error: unknown) => {
      this.#end('gateway');
      throw error;
    });
    this.#over.signal.throwIfAborted();
  }

  #follow(dialog: Srf.Dialog, media: RtpSession): void {
    this.#dialog = dialog;
    followDialog(dialog, { call: this.call, media, rtpHost: this.#equipment.rtpHost, onGone: () => this.#end('gateway') });
    if (this.#over.signal.aborted) this.#sendBye();
  }

  async #recordMessage(media: RtpSession, recordsMs: number): Promise<void> {
    const message = this.#equipment.speech.machineAt(this.call.resident);
    await new Promise<void>((resolve) => {
      media.play(message, resolve);
      this.#over.signal.addEventListener('abort', () => resolve());
    });
    await this.#pause(recordsMs);
    this.#hangUp();
  }

  #pause(ms: number): Promise<void> {
    return sleep(ms, undefined, { signal: this.#over.signal });
  }

  #hangUp(): void {
    if (this.#over.signal.aborted) return;
    if (!this.#isAnswering) return this.#refuse(NO_ANSWER);
    this.#sendBye();
    this.#end('resident');
  }

  #sendBye(): void {
    // Without a dialog the 200 is still on its way: #follow sends the BYE.
    this.#dialog?.destroy({ headers: NORMAL_CLEARING }, () => undefined);
  }

  #refuse(refusal: { readonly status: number; readonly cause: number }): void {
    this.#res.send(refusal.status, { headers: { Reason: `Q.850;cause=${refusal.cause}` } });
    this.#end('resident', refusal.status);
  }

  #end(endedBy: 'resident' | 'gateway', status: number | null = null): void {
    this.call.end(endedBy, status);
    this.#over.abort();
  }
}
