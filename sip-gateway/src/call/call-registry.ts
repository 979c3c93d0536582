import type { z } from 'zod';
import type { DialCommand } from '#contracts/call-control.contract';
import type { CallId, UserId } from '#contracts/ids.contract';
import type { PartyId } from '#contracts/parties.contract';
import type { AnchorId } from '../ports/media.port.ts';
import type { LegId, SoundName } from '../ports/mixer.port.ts';
import type { IncomingLeg } from '../ports/signalling.port.ts';
import { arrived, dialled } from './call-machine.ts';
import { CallRunner } from './call-runner.ts';
import type { CallPorts } from './call-runner.ts';
import { legOf, phonesOf, speakersOf } from './call.model.ts';
import type { CallState } from './call.model.ts';

/** The calls that run on this gateway. */
export class CallRegistry {
  readonly #calls = new Map<CallId, CallRunner>();
  readonly #ports: CallPorts;
  readonly #isRecorded: boolean;
  readonly #onPhoneFree: (user: UserId) => void;
  readonly #idle: (() => void)[] = [];
  readonly #phones = new Map<CallId, readonly UserId[]>();

  /** `onPhoneFree` is told when a call lets go of somebody's phone. */
  constructor(ports: CallPorts, isRecorded: boolean, onPhoneFree: (user: UserId) => void) {
    this.#ports = ports;
    this.#isRecorded = isRecorded;
    this.#onPhoneFree = onPhoneFree;
  }

  get size(): number {
    return this.#calls.size;
  }

  get(callId: CallId): CallRunner | undefined {
    return this.#calls.get(callId);
  }

  /** What runs, for health and leak checks. */
  list(): { readonly callId: CallId; readonly phase: CallState['phase'] }[] {
    return [...this.#calls.values()].map((runner) => ({ callId: runner.callId, phase: runner.state.phase }));
  }

  /** The call this phone takes part in, or null; a call that only rings there is none yet. */
  callOf(user: UserId): CallId | null {
    for (const runner of this.#calls.values()) if (speakersOf(runner.state).includes(user)) return runner.callId;
    return null;
  }

  /** True while a call rings at this phone or holds it. */
  isBusy(user: UserId): boolean {
    return this.#holding(user).length > 0;
  }

  dial({ callId, agentId, to, callerId, ringSeconds }: z.infer<typeof DialCommand>): void {
    this.#start(callId, dialled({ callId, agentId, to, callerId, ringSeconds, isRecorded: this.#isRecorded }), null);
  }

  arrive(callId: CallId, incoming: IncomingLeg): void {
    const { from, to } = incoming;
    this.#start(callId, arrived({ callId, from, to, isRecorded: this.#isRecorded }), incoming);
  }

  /** Tells every call that holds this phone. */
  agentLost(user: UserId): void {
    for (const runner of this.#holding(user)) runner.post({ type: 'phone-lost', userId: user });
  }

  /** The mixer or rtpengine is gone. */
  loseMedia(): void {
    for (const runner of [...this.#calls.values()]) runner.loseMedia();
  }

  /** This gateway stops: every call ends. */
  drain(): void {
    for (const runner of [...this.#calls.values()]) runner.post({ type: 'drain' });
  }

  /** The call that has an outside line on this mixer leg. */
  ofLeg(leg: LegId): CallRunner | undefined {
    for (const runner of this.#calls.values()) if (runner.partyOn(leg) !== undefined) return runner;
    return undefined;
  }

  /** Whose voice comes on this mixer leg, while they talk in a call. */
  whoseLeg(leg: LegId): { readonly callId: CallId; readonly party: PartyId } | undefined {
    for (const { callId, state } of this.#calls.values()) {
      const speaker = state.phase === 'talking' ? state.parties.find((party) => legOf(callId, party) === leg) : undefined;
      if (speaker?.standing === 'present') return { callId, party: speaker.id };
    }
    return undefined;
  }

  /** The rtpengine call of an outside line on this mixer leg. */
  anchorOf(leg: LegId): AnchorId | undefined {
    return this.ofLeg(leg)?.anchorOf(leg);
  }

  /** The call that this recording belongs to. */
  ofRecording(recording: string): CallRunner | undefined {
    for (const runner of this.#calls.values()) if (runner.callId === recording) return runner;
    return undefined;
  }

  /** An announcement was played to its end on this leg, whosever it is. */
  notePlayed(leg: LegId, sound: SoundName): void {
    for (const runner of [...this.#calls.values()]) runner.notePlayed(leg, sound);
  }

  /** Resolves when no call is left. */
  whenIdle(): Promise<void> {
    if (this.#calls.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  #holding(user: UserId): CallRunner[] {
    return [...this.#calls.values()].filter(({ state }) => phonesOf(state).includes(user));
  }

  #start(callId: CallId, state: CallState, incoming: IncomingLeg | null): void {
    const runner = new CallRunner(this.#ports, { callId, state, incoming }, (changed) => {
      this.#noteChange(changed);
    });
    this.#calls.set(callId, runner);
    this.#noteChange(runner);
    runner.post({ type: 'begin' });
  }

  #noteChange(runner: CallRunner): void {
    const before = this.#phones.get(runner.callId) ?? [];
    const now = phonesOf(runner.state);
    this.#phones.set(runner.callId, now);
    if (runner.state.phase === 'ended') {
      this.#calls.delete(runner.callId);
      this.#phones.delete(runner.callId);
    }
    for (const user of before) if (!now.includes(user)) this.#onPhoneFree(user);
    if (this.#calls.size === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }
}
