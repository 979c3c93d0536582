import type { Logger } from 'pino';
import type { TrunkStatus } from '#contracts/gateway.contract';
import type { Clock } from '../ports/clock.port.ts';
import { toInstant } from '../ports/clock.port.ts';
import type { OutgoingLeg, OutgoingRequest, Trunk, TrunkLegEvents } from '../ports/signalling.port.ts';
import { isTrunkFailure, rankTrunks } from './trunk.model.ts';
import type { TrunkCondition } from './trunk.model.ts';
import type { TrunkSettings } from './trunk-settings.ts';

/** How requests reach one carrier. Never throws or rejects. */
export interface TrunkSignalling {
  invite(settings: TrunkSettings, request: OutgoingRequest, events: TrunkLegEvents): OutgoingLeg;
  /** Asks whether it is there (OPTIONS). Resolves with the SIP status; 408 when nothing came back. */
  ask(settings: TrunkSettings): Promise<number>;
  /** Tells it where we are. Resolves with the status and the seconds granted. */
  register(
    settings: TrunkSettings,
    expiresSeconds: number,
  ): Promise<{ readonly status: number; readonly expiresSeconds: number }>;
}

/** Without any response for so long another trunk is tried: a living carrier says 100 Trying at once (RFC 3261 §16.2). */
const FIRST_RESPONSE_MS = 4_000;
const SERVICE_UNAVAILABLE = 503;
/** Q.850: no circuit or channel available. */
const NO_CIRCUIT = 34;

interface Member {
  readonly settings: TrunkSettings;
  condition: TrunkCondition;
  sinceMs: number;
  calls: number;
  failures: number;
  lastStatus: number | null;
}

/** The carriers' trunks as one: picks one for each call, and the next when it fails before anything was heard of it. */
export class TrunkGroup implements Trunk {
  readonly #members: readonly Member[];
  readonly #signalling: TrunkSignalling;
  readonly #clock: Clock;
  readonly #log: Logger;

  constructor(
    list: readonly TrunkSettings[],
    { signalling, clock, log }: { readonly signalling: TrunkSignalling; readonly clock: Clock; readonly log: Logger },
  ) {
    this.#signalling = signalling;
    this.#clock = clock;
    this.#log = log;
    this.#members = list.map((settings) => ({
      settings,
      condition: { isReachable: null, isRegistered: null, channelsInUse: 0 },
      sinceMs: clock.nowMs(),
      calls: 0,
      failures: 0,
      lastStatus: null,
    }));
  }

  invite(request: OutgoingRequest, events: TrunkLegEvents): OutgoingLeg {
    const attempt = new Attempt(rankTrunks(this.#members, request.callerId), events, {
      clock: this.#clock,
      send: (member, its) => this.#signalling.invite(member.settings, request, its),
      onTaken: (member) => {
        this.#occupy(member, 1);
        member.calls += 1;
      },
      onReleased: (member) => {
        this.#occupy(member, -1);
      },
      onFailed: (member, status) => {
        member.failures += 1;
        member.lastStatus = status;
        this.#log.warn({ trunk: member.settings.id, status }, 'A trunk failed a call');
        if (status === 408) this.noteReachable(member.settings.id, false, status);
      },
    });
    attempt.begin();
    return attempt;
  }

  /** An inbound call takes a channel of the trunk it came over. Null when it has none left; else gives the channel back once. */
  takeInbound(trunkId: string): (() => void) | null {
    const member = this.#member(trunkId);
    if (member === undefined || member.condition.channelsInUse >= member.settings.channels) return null;
    this.#occupy(member, 1);
    member.calls += 1;
    let isTaken = true;
    return () => {
      if (isTaken) this.#occupy(member, -1);
      isTaken = false;
    };
  }

  /** What an OPTIONS or a call told about the carrier. */
  noteReachable(trunkId: string, isReachable: boolean, status: number | null): void {
    const member = this.#member(trunkId);
    if (member === undefined) return;
    member.lastStatus = status;
    if (member.condition.isReachable === isReachable) return;
    member.condition = { ...member.condition, isReachable };
    member.sinceMs = this.#clock.nowMs();
    if (isReachable) this.#log.info({ trunk: trunkId }, 'A trunk is reachable');
    else this.#log.error({ trunk: trunkId, status }, 'A trunk does not answer');
  }

  noteRegistered(trunkId: string, isRegistered: boolean, status: number | null): void {
    const member = this.#member(trunkId);
    if (member === undefined || member.condition.isRegistered === isRegistered) return;
    member.condition = { ...member.condition, isRegistered };
    member.sinceMs = this.#clock.nowMs();
    member.lastStatus = status;
    if (isRegistered) this.#log.info({ trunk: trunkId }, 'A trunk has taken our registration');
    else this.#log.error({ trunk: trunkId, status }, 'A trunk refuses our registration');
  }

  /** For the status page. */
  describe(): TrunkStatus[] {
    return this.#members.map(({ settings, condition, sinceMs, calls, failures, lastStatus }) => ({
      id: settings.id,
      transport: settings.transport,
      isReachable: condition.isReachable,
      isRegistered: condition.isRegistered,
      since: toInstant(sinceMs),
      channels: settings.channels,
      channelsInUse: condition.channelsInUse,
      calls,
      failures,
      lastStatus,
    }));
  }

  #member(id: string): Member | undefined {
    return this.#members.find(({ settings }) => settings.id === id);
  }

  #occupy(member: Member, change: 1 | -1): void {
    member.condition = { ...member.condition, channelsInUse: member.condition.channelsInUse + change };
  }
}

interface AttemptPorts {
  readonly clock: Clock;
  send(member: Member, events: TrunkLegEvents): OutgoingLeg;
  onTaken(member: Member): void;
  onReleased(member: Member): void;
  onFailed(member: Member, status: number): void;
}

/** One call over one trunk after another, which looks like a single leg. */
class Attempt implements OutgoingLeg {
  readonly #remaining: Member[];
  readonly #events: TrunkLegEvents;
  readonly #ports: AttemptPorts;
  #leg: OutgoingLeg | null = null;
  #number = 0;
  #isGivenUp = false;

  constructor(members: readonly Member[], events: TrunkLegEvents, ports: AttemptPorts) {
    this.#remaining = [...members];
    this.#events = events;
    this.#ports = ports;
  }

  begin(): void {
    const member = this.#remaining.shift();
    if (member === undefined) {
      // The caller must have its leg before it hears that there is none.
      queueMicrotask(() => {
        this.#events.onRefused(SERVICE_UNAVAILABLE, NO_CIRCUIT);
      });
      return;
    }
    this.#try(member);
  }

  cancel(): void {
    this.#isGivenUp = true;
    this.#leg?.cancel();
  }

  hangUp(): void {
    this.#isGivenUp = true;
    this.#leg?.hangUp();
  }

  /** What an earlier attempt still says after it was given up is not the call's business any more. */
  #try(member: Member): void {
    this.#number += 1;
    const number = this.#number;
    const isCurrent = (): boolean => number === this.#number;
    let isTaken = true;
    let hasRung = false;
    const release = (): void => {
      stopWaiting();
      if (isTaken) this.#ports.onReleased(member);
      isTaken = false;
    };
    const stopWaiting = this.#ports.clock.schedule(FIRST_RESPONSE_MS, () => {
      if (!isCurrent() || this.#remaining.length === 0) return;
      const silent = this.#leg;
      release();
      this.#goOn(member, 408, null);
      // Should it answer after all, the leg hangs up by itself.
      silent?.cancel();
    });
    this.#ports.onTaken(member);
    this.#leg = this.#ports.send(member, {
      onTrying: stopWaiting,
      onProgress: (status, sdp) => {
        stopWaiting();
        hasRung = true;
        if (isCurrent()) this.#events.onProgress(status, sdp);
      },
      onAnswered: (sdp) => {
        stopWaiting();
        if (isCurrent()) this.#events.onAnswered(sdp);
      },
      onRefused: (status, q850) => {
        release();
        if (!isCurrent()) return;
        if (isTrunkFailure(status) && !hasRung) this.#goOn(member, status, q850);
        else this.#events.onRefused(status, q850);
      },
      onEnded: () => {
        release();
        if (isCurrent()) this.#events.onEnded();
      },
      onLost: () => {
        release();
        if (isCurrent()) this.#events.onLost();
      },
      onReoffer: (sdp) => this.#events.onReoffer(sdp),
    });
  }

  #goOn(failed: Member, status: number, q850: number | null): void {
    this.#ports.onFailed(failed, status);
    const next = this.#isGivenUp ? undefined : this.#remaining.shift();
    if (next === undefined) this.#events.onRefused(status, q850);
    else this.#try(next);
  }
}
