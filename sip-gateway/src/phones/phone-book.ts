import type { Logger } from 'pino';
import type { CallId, UserId } from '#contracts/ids.contract';
import { phoneLeg } from '../call/call.model.ts';
import { codeOf } from '../error-code.ts';
import type { Clock } from '../ports/clock.port.ts';
import type { FactSink, PresenceBoard } from '../ports/control.port.ts';
import type { AnchorId, MediaEngine } from '../ports/media.port.ts';
import { MediaError } from '../ports/media.port.ts';
import type { Mixer, RtpAddress } from '../ports/mixer.port.ts';
import type { AnswerableLeg } from '../ports/signalling.port.ts';

/** What the phones must know about calls. */
export interface AgentCalls {
  /** The call this agent's leg takes part in, or null. */
  callOf(agent: UserId): CallId | null;
  /** Ends or gives back whatever call holds this agent. */
  agentLost(agent: UserId): void;
}

export interface PhonePorts {
  readonly mixer: Mixer;
  readonly media: MediaEngine;
  readonly facts: FactSink;
  readonly presence: PresenceBoard;
  readonly clock: Clock;
  readonly log: Logger;
  newAnchor(): AnchorId;
}

/** One browser session: its SIP dialog and its rtpengine call. */
interface Session {
  readonly leg: AnswerableLeg;
  readonly anchor: AnchorId;
}

/**
 * One agent's phone. The mixer leg outlives browser sessions, so that a reloaded page finds its call again.
 * `session` null: the page is gone and the call waits for it. `isGone`: the server was told that nobody is there,
 * because the session ended or sends nothing any more.
 */
interface Phone {
  readonly sinceMs: number;
  readonly mixerAddress: RtpAddress;
  session: Session | null;
  isGone: boolean;
  cancelTimer: () => void;
}

/** A parked phone that stays silent this long after the mixer noticed (2 s) is taken for closed. */
const PARKED_SILENCE_MS = 3_000;

const nothing = (): void => undefined;

/** The agents' phones: a media session each, parked in the mixer between calls. At most one browser session per agent. */
export class PhoneBook {
  readonly #phones = new Map<UserId, Phone>();
  readonly #queues = new Map<UserId, Promise<void>>();
  readonly #ports: PhonePorts;
  readonly #graceMs: number;
  #calls: AgentCalls = { callOf: () => null, agentLost: nothing };

  constructor(ports: PhonePorts, graceSeconds: number) {
    this.#ports = ports;
    this.#graceMs = graceSeconds * 1_000;
  }

  /** Names the calls; until then no agent is in a call. */
  serve(calls: AgentCalls): void {
    this.#calls = calls;
  }

  /** True when the agent can hear and speak now. */
  isReady(user: UserId): boolean {
    const phone = this.#phones.get(user);
    return phone !== undefined && phone.session !== null && !phone.isGone;
  }

  /** The rtpengine call of the phone's present browser session. */
  anchorOf(user: UserId): AnchorId | undefined {
    return this.#phones.get(user)?.session?.anchor;
  }

  list(): { readonly userId: UserId; readonly sinceMs: number; readonly inCall: boolean }[] {
    return [...this.#phones].map(([userId, phone]) => ({
      userId,
      sinceMs: phone.sinceMs,
      inCall: this.#calls.callOf(userId) !== null,
    }));
  }

  /** Brings up a browser's media session, in place of the one before. `leg` must belong to an authenticated agent. */
  attach(user: UserId, leg: AnswerableLeg): Promise<void> {
    return this.#inOrder(user, () => this.#attach(user, leg));
  }

  /** Ends an agent's phone at once; a running call ends as agent-lost. */
  drop(user: UserId): Promise<void> {
    return this.#inOrder(user, () => this.#remove(user));
  }

  /** Ends every phone. */
  async dropAll(): Promise<void> {
    await Promise.all([...this.#phones.keys()].map((user) => this.drop(user)));
  }

  /** An agent was let go of by a call: a phone whose page is gone has nothing to wait for any more. */
  noteFree(user: UserId): void {
    const phone = this.#phones.get(user);
    if (phone?.isGone === true) void this.drop(user);
  }

  /** The mixer stopped or began to hear this agent's microphone. */
  noteFlow(user: UserId, flow: 'silent' | 'flowing'): void {
    const phone = this.#phones.get(user);
    if (phone === undefined || phone.session === null) return;
    if (flow === 'flowing') this.#noteFlowing(user, phone);
    else this.#noteSilent(user, phone);
  }

  #noteFlowing(user: UserId, phone: Phone): void {
    phone.cancelTimer();
    if (!phone.isGone) return;
    phone.isGone = false;
    this.#ports.facts.emit({ type: 'phone.ready', userId: user, callId: this.#calls.callOf(user) });
  }

  #noteSilent(user: UserId, phone: Phone): void {
    const callId = this.#calls.callOf(user);
    phone.cancelTimer();
    if (callId === null) {
      phone.cancelTimer = this.#ports.clock.schedule(PARKED_SILENCE_MS, () => void this.drop(user));
      return;
    }
    this.#waitForReturn(user, phone, callId);
  }

  async #attach(user: UserId, leg: AnswerableLeg): Promise<void> {
    const anchor = this.#ports.newAnchor();
    let isCancelled = false;
    leg.listen({
      onCancelled: () => {
        isCancelled = true;
      },
      onEnded: () => void this.#inOrder(user, () => this.#detach(user, anchor)),
      onLost: () => void this.#inOrder(user, () => this.#detach(user, anchor)),
    });
    const isUp = await this.#bringUp(user, leg, anchor);
    if (isUp && !isCancelled) return;
    await this.#ports.media.release(anchor);
    const phone = this.#phones.get(user);
    if (phone?.session === null && this.#calls.callOf(user) === null) await this.#remove(user);
  }

  /** Offer, mixer leg, answer, 200 OK; then the old session goes. False when the browser got no session. */
  async #bringUp(user: UserId, leg: AnswerableLeg, anchor: AnchorId): Promise<boolean> {
    const { media, mixer, log } = this.#ports;
    try {
      const [path, phone] = await Promise.all([media.takeOffer(anchor, 'browser', leg.sdp), this.#open(user)]);
      const [sdp] = await Promise.all([
        media.makeAnswer(anchor, 'browser', phone.mixerAddress, path),
        mixer.connectLeg(phoneLeg(user), path.remote, path.telephoneEventType, path.codec),
      ]);
      if (!(await leg.accept(sdp))) return false;
      await this.#replaceSession(user, phone, { leg, anchor });
      return true;
    } catch (error) {
      log.warn({ userId: user, code: codeOf(error) }, 'A phone could not be brought up');
      leg.reject(error instanceof MediaError && error.code === 'unsupported' ? 488 : 503);
      return false;
    }
  }

  async #open(user: UserId): Promise<Phone> {
    const known = this.#phones.get(user);
    if (known !== undefined) return known;
    const mixerAddress = await this.#ports.mixer.openLeg(phoneLeg(user));
    const phone: Phone = { sinceMs: this.#ports.clock.nowMs(), mixerAddress, session: null, isGone: false, cancelTimer: nothing };
    this.#phones.set(user, phone);
    return phone;
  }

  async #replaceSession(user: UserId, phone: Phone, session: Session): Promise<void> {
    const old = phone.session;
    phone.session = session;
    phone.isGone = false;
    phone.cancelTimer();
    this.#ports.presence.show(user, phone.sinceMs);
    this.#ports.facts.emit({ type: 'phone.ready', userId: user, callId: this.#calls.callOf(user) });
    this.#ports.log.info({ userId: user, replaced: old !== null }, 'A phone is ready');
    if (old !== null) await this.#endSession(old);
  }

  /** The browser's dialog ended. Only the current session counts: an old one was replaced. */
  async #detach(user: UserId, anchor: AnchorId): Promise<void> {
    const phone = this.#phones.get(user);
    if (phone?.session?.anchor !== anchor) return;
    const callId = this.#calls.callOf(user);
    if (callId === null) return this.#remove(user);
    phone.session = null;
    this.#waitForReturn(user, phone, callId);
    await this.#ports.media.release(anchor);
  }

  #waitForReturn(user: UserId, phone: Phone, callId: CallId): void {
    phone.cancelTimer();
    if (!phone.isGone) this.#ports.facts.emit({ type: 'phone.gone', userId: user, callId });
    phone.isGone = true;
    this.#ports.log.warn({ userId: user, callId }, 'A phone left its call and is waited for');
    phone.cancelTimer = this.#ports.clock.schedule(this.#graceMs, () => void this.drop(user));
  }

  async #remove(user: UserId): Promise<void> {
    const phone = this.#phones.get(user);
    if (phone === undefined) return;
    this.#phones.delete(user);
    phone.cancelTimer();
    const callId = this.#calls.callOf(user);
    this.#calls.agentLost(user);
    this.#ports.presence.hide(user);
    if (!phone.isGone) this.#ports.facts.emit({ type: 'phone.gone', userId: user, callId });
    this.#ports.log.info({ userId: user }, 'A phone is gone');
    await Promise.all([
      phone.session === null ? undefined : this.#endSession(phone.session),
      this.#ports.mixer.closeLeg(phoneLeg(user)).catch((error: unknown) => {
        this.#ports.log.warn({ userId: user, code: codeOf(error) }, 'The mixer leg could not be closed');
      }),
    ]);
  }

  async #endSession(session: Session): Promise<void> {
    session.leg.hangUp();
    await this.#ports.media.release(session.anchor);
  }

  /** What happens to one agent's phone happens one after another. */
  #inOrder(user: UserId, task: () => Promise<void>): Promise<void> {
    const queue = (this.#queues.get(user) ?? Promise.resolve()).then(task).catch((error: unknown) => {
      this.#ports.log.error({ userId: user, code: codeOf(error) }, 'A phone operation failed');
    });
    this.#queues.set(user, queue);
    void queue.then(() => {
      if (this.#queues.get(user) === queue) this.#queues.delete(user);
    });
    return queue;
  }
}
