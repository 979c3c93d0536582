import type Srf from 'drachtio-srf';
import type { AnswerableLeg, IncomingLegEvents } from '../ports/signalling.port.ts';
import type { LiveLegs } from './live-legs.ts';
import { answerReoffers } from './reoffer.ts';

/** An INVITE from the network, as a leg that can be answered. Exactly one final response leaves, whatever is called in which order. */
export class AnswerableInvite implements AnswerableLeg {
  readonly sdp: string;
  readonly #srf: Srf;
  readonly #request: Srf.SrfRequest;
  readonly #response: Srf.SrfResponse;
  readonly #legs: LiveLegs;
  readonly #forget: () => void;
  #events: IncomingLegEvents | null = null;
  #dialog: Srf.Dialog | null = null;
  #phase: 'open' | 'accepting' | 'up' | 'over' = 'open';
  #isCancelled = false;
  #mustHangUp = false;

  /** `onOver` is told once when nothing is held any more. */
  constructor(
    srf: Srf,
    request: Srf.SrfRequest,
    response: Srf.SrfResponse,
    legs: LiveLegs,
    onOver: () => void = () => undefined,
  ) {
    this.#srf = srf;
    this.#request = request;
    this.#response = response;
    this.#legs = legs;
    this.sdp = request.body;
    const forget = legs.add(() => {
      this.#noteLost();
    });
    this.#forget = () => {
      forget();
      onOver();
    };
    request.on('cancel', () => {
      this.#noteCancelled();
    });
  }

  listen(events: IncomingLegEvents): void {
    this.#events = events;
    if (this.#isCancelled) events.onCancelled();
  }

  /** 180 Ringing. */
  ring(): void {
    if (this.#phase === 'open') this.#response.send(180);
  }

  accept(sdp: string): Promise<boolean> {
    if (this.#phase !== 'open') return Promise.resolve(false);
    this.#phase = 'accepting';
    return new Promise((resolve) => {
      // The callback form is called before the next message is read: a BYE right behind the ACK finds its listener.
      this.#srf.createUAS(this.#request, this.#response, { localSdp: sdp }, (error: unknown, dialog: Srf.Dialog | undefined) => {
        if (error || dialog === undefined) {
          this.#close();
          resolve(false);
          return;
        }
        this.#keep(dialog);
        resolve(!this.#isCancelled);
      });
    });
  }

  reject(status: number): void {
    if (this.#phase !== 'open') return;
    this.#close();
    this.#response.send(status);
  }

  /** 407 with this challenge (RFC 3261 §22.3). */
  challenge(header: string): void {
    if (this.#phase !== 'open') return;
    this.#close();
    this.#response.send(407, { headers: { 'Proxy-Authenticate': header } });
  }

  hangUp(): void {
    if (this.#phase === 'open') {
      this.reject(480);
      return;
    }
    this.#mustHangUp = true;
    if (this.#dialog !== null) this.#bye(this.#dialog);
  }

  #keep(dialog: Srf.Dialog): void {
    this.#dialog = dialog;
    if (this.#mustHangUp || this.#isCancelled) {
      this.#bye(dialog);
      return;
    }
    this.#phase = 'up';
    dialog.on('destroy', () => {
      this.#close();
      this.#events?.onEnded();
    });
    answerReoffers(dialog, (sdp) => this.#events?.onReoffer?.(sdp) ?? Promise.resolve(dialog.local.sdp));
  }

  #bye(dialog: Srf.Dialog): void {
    if (this.#phase === 'over') return;
    this.#close();
    this.#legs.bye(dialog);
  }

  /** A CANCEL while the 200 OK is on its way is settled by `accept`, which then finds no transaction. */
  #noteCancelled(): void {
    if (this.#phase === 'over' || this.#phase === 'up') return;
    this.#isCancelled = true;
    if (this.#phase === 'open') this.#close();
    this.#events?.onCancelled();
  }

  #noteLost(): void {
    if (this.#phase !== 'up') {
      this.#noteCancelled();
      return;
    }
    this.#close();
    this.#events?.onLost();
  }

  #close(): void {
    this.#phase = 'over';
    this.#forget();
  }
}
