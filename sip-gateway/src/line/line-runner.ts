import type { Logger } from 'pino';
import type { PhoneNumber } from '#contracts/ids.contract';
import { codeOf } from '../error-code.ts';
import type { Clock } from '../ports/clock.port.ts';
import type { AnchorId, MediaEngine, MediaPath } from '../ports/media.port.ts';
import type { LegId, Mixer, RtpAddress } from '../ports/mixer.port.ts';
import type { IncomingLeg, OutgoingLeg, Trunk } from '../ports/signalling.port.ts';
import { stepLine } from './line-machine.ts';
import { incomingLine, outgoingLine } from './line.model.ts';
import type { LineCommand, LineEvent, LineReport, LineState } from './line.model.ts';

/** What a line works with. */
export interface LinePorts {
  readonly mixer: Mixer;
  readonly media: MediaEngine;
  readonly trunk: Trunk;
  readonly clock: Clock;
  /** A fresh name for an rtpengine call of this gateway. */
  newAnchor(): AnchorId;
}

/** Whom to ring, or who rings. */
export type LineOrigin =
  { readonly to: PhoneNumber; readonly callerId: PhoneNumber; readonly ringSeconds: number } | { readonly incoming: IncomingLeg };

/** Carries out one outside line: feeds events through the machine one by one and runs its commands through the ports. */
export class LineRunner {
  readonly leg: LegId;
  readonly #ports: LinePorts;
  readonly #log: Logger;
  readonly #origin: LineOrigin;
  readonly #onReport: (report: LineReport) => void;
  readonly #anchor: AnchorId;
  readonly #events: LineEvent[] = [];
  #isStepping = false;
  #state: LineState;
  #outgoing: OutgoingLeg | null = null;
  #isLegOpen = false;
  #mixerAddress: RtpAddress | null = null;
  #cancelTimer: () => void = () => undefined;
  /** Media commands run one after another; signalling never waits for them. */
  #mediaChain: Promise<void> = Promise.resolve();

  /** `log` carries the call and the party. Nothing happens before `begin`. */
  constructor(ports: LinePorts, leg: LegId, origin: LineOrigin, log: Logger, onReport: (report: LineReport) => void) {
    this.leg = leg;
    this.#ports = ports;
    this.#origin = origin;
    this.#log = log;
    this.#onReport = onReport;
    this.#anchor = ports.newAnchor();
    this.#state = 'incoming' in origin ? incomingLine() : outgoingLine(origin.ringSeconds);
    if ('incoming' in origin) this.#listen(origin.incoming);
  }

  /** Its rtpengine call. */
  get anchor(): AnchorId {
    return this.#anchor;
  }

  begin(): void {
    this.#post({ type: 'begin' });
  }

  /** Inbound: takes the call. */
  accept(): void {
    this.#post({ type: 'accept' });
  }

  /** Ends it; `status` answers an INVITE that was never answered. Harmless when it is over already. */
  close(status: number): void {
    this.#post({ type: 'close', status });
  }

  /** The mixer or rtpengine is gone. */
  loseMedia(): void {
    this.#post({ type: 'media-lost' });
  }

  /** Asks rtpengine whether it still knows this line's media; the line is down when it does not. */
  async checkMedia(): Promise<void> {
    if (!this.#isLegOpen || this.#state.phase === 'closing' || this.#state.phase === 'closed') return;
    if (!(await this.#ports.media.isAlive(this.#anchor))) this.loseMedia();
  }

  /** Events are handled in order, also when a command causes another one. */
  #post(event: LineEvent): void {
    this.#events.push(event);
    if (this.#isStepping) return;
    this.#isStepping = true;
    try {
      for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift()) {
        const { state, commands } = stepLine(this.#state, next);
        this.#state = state;
        for (const command of commands) this.#run(command);
      }
    } finally {
      this.#isStepping = false;
    }
  }

  #run(command: LineCommand): void {
    switch (command.type) {
      case 'anchor':
        this.#inMediaOrder('anchor-failed', () => this.#openMedia());
        return;
      case 'invite':
        this.#invite(command.sdp);
        return;
      case 'cancel':
        this.#outgoing?.cancel();
        return;
      case 'ring':
        this.#incoming?.ring();
        return;
      case 'accept':
        void this.#incoming?.accept(command.sdp).then((isSent) => {
          this.#post({ type: isSent ? 'accepted' : 'remote-cancelled' });
        });
        return;
      case 'reject':
        this.#incoming?.reject(command.status);
        return;
      case 'bye':
        this.#outgoing?.hangUp();
        this.#incoming?.hangUp();
        return;
      case 'connect':
        this.#inMediaOrder('media-lost', () => this.#connectMedia(command.sdp));
        return;
      case 'release':
        this.#inMediaOrder('released', () => this.#releaseMedia());
        return;
      case 'start-ring-timer':
        this.#cancelTimer();
        this.#cancelTimer = this.#ports.clock.schedule(command.seconds * 1_000, () => {
          this.#post({ type: 'ring-timed-out' });
        });
        return;
      case 'stop-ring-timer':
        this.#cancelTimer();
        return;
      case 'report':
        this.#onReport(command.report);
        return;
      default:
        command satisfies never;
    }
  }

  get #incoming(): IncomingLeg | null {
    return 'incoming' in this.#origin ? this.#origin.incoming : null;
  }

  #listen(incoming: IncomingLeg): void {
    incoming.listen({
      onCancelled: () => {
        this.#post({ type: 'remote-cancelled' });
      },
      onEnded: () => {
        this.#post({ type: 'remote-hung-up' });
      },
      onLost: () => {
        this.#post({ type: 'signalling-lost' });
      },
      onReoffer: (offer) => this.#renegotiate(offer),
    });
  }

  #invite(sdp: string): void {
    if ('incoming' in this.#origin) return;
    const { to, callerId } = this.#origin;
    this.#outgoing = this.#ports.trunk.invite(
      { to, callerId, sdp },
      {
        onTrying: () => undefined,
        onProgress: (status, earlySdp) => {
          this.#post({ type: 'progress', status, sdp: earlySdp });
        },
        onAnswered: (answer) => {
          this.#post({ type: 'answered', sdp: answer });
        },
        onRefused: (status, q850) => {
          this.#post({ type: 'refused', status, q850 });
        },
        onEnded: () => {
          this.#post({ type: 'remote-hung-up' });
        },
        onLost: () => {
          this.#post({ type: 'signalling-lost' });
        },
        onReoffer: (offer) => this.#renegotiate(offer),
      },
    );
  }

  async #openMedia(): Promise<void> {
    const { media } = this.#ports;
    const incoming = this.#incoming;
    if (incoming === null) {
      const sdp = await media.makeOffer(this.#anchor, await this.#openLeg());
      this.#post({ type: 'anchored', sdp });
      return;
    }
    const [path, address] = await Promise.all([media.takeOffer(this.#anchor, 'trunk', incoming.sdp), this.#openLeg()]);
    const [sdp] = await Promise.all([media.makeAnswer(this.#anchor, 'trunk', address, path), this.#connectLeg(path)]);
    this.#post({ type: 'anchored', sdp });
  }

  async #openLeg(): Promise<RtpAddress> {
    this.#isLegOpen = true;
    this.#mixerAddress = await this.#ports.mixer.openLeg(this.leg);
    return this.#mixerAddress;
  }

  /** The other side moves its media, or changes its mind about codecs. A refusal leaves everything as it was. */
  async #renegotiate(offer: string): Promise<string | null> {
    const address = this.#mixerAddress;
    if (this.#state.phase !== 'up' || address === null) return null;
    try {
      const { path, answer } = await this.#ports.media.renegotiate(this.#anchor, offer, address);
      await this.#connectLeg(path);
      return answer;
    } catch (error) {
      this.#log.warn({ code: codeOf(error) }, 'A re-INVITE was refused');
      return null;
    }
  }

  /** A party whose telephone sends no telephone-events may still send the tones (DTMF in band). */
  async #connectLeg({ remote, telephoneEventType, codec }: MediaPath): Promise<void> {
    await this.#ports.mixer.connectLeg(this.leg, remote, telephoneEventType, codec);
    if (telephoneEventType === null) await this.#ports.mixer.detectTones(this.leg, true);
  }

  async #connectMedia(sdp: string): Promise<void> {
    await this.#connectLeg(await this.#ports.media.takeAnswer(this.#anchor, sdp));
    this.#post({ type: 'connected' });
  }

  async #releaseMedia(): Promise<void> {
    await Promise.all([
      this.#ports.media.release(this.#anchor),
      this.#ports.mixer.closeLeg(this.leg).catch((error: unknown) => {
        this.#log.warn({ code: codeOf(error) }, 'The mixer leg could not be closed');
      }),
    ]);
    this.#isLegOpen = false;
    this.#post({ type: 'released' });
  }

  #inMediaOrder(onFailure: 'anchor-failed' | 'media-lost' | 'released', task: () => Promise<void>): void {
    this.#mediaChain = this.#mediaChain.then(task).catch((error: unknown) => {
      this.#log.warn({ code: codeOf(error) }, 'A media command failed');
      this.#post({ type: onFailure });
    });
  }
}
