import type { Logger } from 'pino';
import type { CallId, UserId } from '#contracts/ids.contract';
import type { Clock } from '../ports/clock.port.ts';
import { toInstant } from '../ports/clock.port.ts';
import type { FactSink } from '../ports/control.port.ts';
import type { AnchorId, MediaEngine, MediaPath } from '../ports/media.port.ts';
import type { Hearing as HearingRow, LegId, Mixer } from '../ports/mixer.port.ts';
import type { IncomingLeg, OutgoingLeg, Trunk } from '../ports/signalling.port.ts';
import { step } from './call-machine.ts';
import type { CallCommand, CallEventKind, CallState, Hearing } from './call.model.ts';

/** What a call works with. */
export interface CallPorts {
  readonly mixer: Mixer;
  readonly media: MediaEngine;
  readonly trunk: Trunk;
  readonly facts: FactSink;
  readonly clock: Clock;
  readonly log: Logger;
  /** A fresh name for an rtpengine call of this gateway. */
  newAnchor(): AnchorId;
}

export const agentLeg = (user: UserId): LegId => `agent:${user}`;
export const residentLeg = (call: CallId): LegId => `call:${call}`;

/** Recordings lie in one folder per day (UTC). */
export const recordingFile = (call: CallId, atMs: number): string => `${toInstant(atMs).slice(0, 10)}/${call}.wav`;

/** Closing a recording syncs and hashes it. The mixer has a limit of its own; this one is for a mixer that forgot. */
const STOP_RECORDING_TIMEOUT_MS = 75_000;

/** Carries out one call: feeds events through the machine one by one and runs its commands through the ports. */
export class CallRunner {
  readonly callId: CallId;
  readonly #ports: CallPorts;
  readonly #log: Logger;
  readonly #incoming: IncomingLeg | null;
  readonly #onChanged: (runner: CallRunner) => void;
  readonly #anchor: AnchorId;
  readonly #events: CallEventKind[] = [];
  #isStepping = false;
  #state: CallState;
  #outgoing: OutgoingLeg | null = null;
  #isLegOpen = false;
  #cancelTimer: () => void = () => undefined;
  /** Media commands run one after another; signalling and facts never wait for them. */
  #mediaChain: Promise<void> = Promise.resolve();
  #recordingStart: Promise<void> = Promise.resolve();

  constructor(
    ports: CallPorts,
    call: { readonly callId: CallId; readonly state: CallState; readonly incoming: IncomingLeg | null },
    onChanged: (runner: CallRunner) => void,
  ) {
    this.callId = call.callId;
    this.#ports = ports;
    this.#state = call.state;
    this.#incoming = call.incoming;
    this.#onChanged = onChanged;
    this.#anchor = ports.newAnchor();
    this.#log = ports.log.child({ callId: call.callId });
    this.#incoming?.listen({
      onCancelled: () => {
        this.post({ type: 'remote-cancelled' });
      },
      onEnded: () => {
        this.post({ type: 'remote-hung-up' });
      },
      onLost: () => {
        this.post({ type: 'signalling-lost' });
      },
    });
  }

  get state(): CallState {
    return this.#state;
  }

  /** Takes note of something that happened. Events are handled in order, also when a command causes another one. */
  post(event: CallEventKind): void {
    this.#events.push(event);
    if (this.#isStepping) return;
    this.#isStepping = true;
    try {
      for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift()) this.#handle(next);
    } finally {
      this.#isStepping = false;
    }
  }

  /** Sends telephone-events to the resident. False unless the parties are talking. */
  sendDigits(digits: string): boolean {
    if (this.#state.phase !== 'talking') return false;
    this.#ports.mixer.sendDigits(residentLeg(this.callId), digits).catch((error: unknown) => {
      this.#log.warn({ code: codeOf(error) }, 'The digits could not be sent');
    });
    return true;
  }

  /** Asks rtpengine whether it still knows this call's media; ends the call when it does not. */
  async checkMedia(): Promise<void> {
    if (!this.#isLegOpen || this.#state.phase === 'ending' || this.#state.phase === 'ended') return;
    if (!(await this.#ports.media.isAlive(this.#anchor))) this.post({ type: 'media-lost' });
  }

  #handle(event: CallEventKind): void {
    const before = this.#state.phase;
    const next = step(this.#state, { ...event, atMs: this.#ports.clock.nowMs() });
    this.#state = next.state;
    if (next.state.phase !== before)
      this.#log.info({ from: before, to: next.state.phase, on: event.type }, 'The call changed its phase');
    for (const command of next.commands) this.#run(command);
    this.#onChanged(this);
  }

  #run(command: CallCommand): void {
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
          this.post({ type: isSent ? 'accepted' : 'remote-cancelled' });
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
      case 'hear':
        this.#hear(command.agentId, command.hearing);
        return;
      case 'start-recording':
        this.#startRecording(command.agentId);
        return;
      case 'stop-recording':
        void this.#stopRecording();
        return;
      case 'release':
        this.#inMediaOrder('released', () => this.#releaseMedia());
        return;
      case 'start-timer':
        this.#startTimer(command.seconds);
        return;
      case 'stop-timer':
        this.#cancelTimer();
        return;
      case 'emit':
        this.#ports.facts.emit(command.fact);
        return;
      default:
        command satisfies never;
    }
  }

  #invite(sdp: string): void {
    if (this.#state.phase !== 'dialling') return;
    const { to, callerId } = this.#state.call;
    this.#outgoing = this.#ports.trunk.invite(
      { to, callerId, sdp },
      {
        onProgress: (status, earlySdp) => {
          this.post({ type: 'progress', status, sdp: earlySdp });
        },
        onAnswered: (answer) => {
          this.post({ type: 'answered', sdp: answer });
        },
        onRefused: (status, q850) => {
          this.post({ type: 'refused', status, q850 });
        },
        onEnded: () => {
          this.post({ type: 'remote-hung-up' });
        },
        onLost: () => {
          this.post({ type: 'signalling-lost' });
        },
      },
    );
  }

  async #openMedia(): Promise<void> {
    const { media } = this.#ports;
    if (this.#incoming === null) {
      const sdp = await media.makeOffer(this.#anchor, await this.#openLeg());
      this.post({ type: 'anchored', sdp });
      return;
    }
    const [path, address] = await Promise.all([media.takeOffer(this.#anchor, 'trunk', this.#incoming.sdp), this.#openLeg()]);
    const [sdp] = await Promise.all([media.makeAnswer(this.#anchor, 'trunk', address, path), this.#connectLeg(path)]);
    this.post({ type: 'anchored', sdp });
  }

  #openLeg(): ReturnType<Mixer['openLeg']> {
    this.#isLegOpen = true;
    return this.#ports.mixer.openLeg(residentLeg(this.callId));
  }

  #connectLeg(path: MediaPath): Promise<void> {
    return this.#ports.mixer.connectLeg(residentLeg(this.callId), path.remote, path.telephoneEventType, path.codec);
  }

  async #connectMedia(sdp: string): Promise<void> {
    await this.#connectLeg(await this.#ports.media.takeAnswer(this.#anchor, sdp));
    this.post({ type: 'connected' });
  }

  #hear(agentId: UserId, hearing: Hearing): void {
    this.#ports.mixer.setHearing(this.#rows(agentId, hearing)).catch((error: unknown) => {
      this.#log.warn({ code: codeOf(error), hearing }, 'The mixer refused to change who hears whom');
      if (hearing === 'joined' || hearing === 'muted') this.post({ type: 'media-lost' });
    });
  }

  #rows(agentId: UserId, hearing: Hearing): HearingRow[] {
    const agent = agentLeg(agentId);
    const resident = residentLeg(this.callId);
    const isResidentHeard = hearing === 'early' || hearing === 'joined' || hearing === 'muted';
    const agentRow: HearingRow = {
      leg: agent,
      from: isResidentHeard ? { [resident]: 1 } : {},
      source: hearing === 'ringback' ? 'ringback' : 'silence',
    };
    if (!this.#isLegOpen) return [agentRow];
    return [agentRow, { leg: resident, from: hearing === 'joined' ? { [agent]: 1 } : {}, source: 'silence' }];
  }

  #startRecording(agentId: UserId): void {
    const file = recordingFile(this.callId, this.#ports.clock.nowMs());
    this.#recordingStart = this.#ports.mixer
      .startRecording(this.callId, file, [
        { name: 'agent', leg: agentLeg(agentId) },
        { name: 'resident', leg: residentLeg(this.callId) },
      ])
      .catch((error: unknown) => {
        this.#log.error({ code: codeOf(error) }, 'The recording could not be started');
        this.post({ type: 'recording-failed', reason: `The recording could not be started (${codeOf(error)}).` });
      });
  }

  async #stopRecording(): Promise<void> {
    let cancel: () => void = () => undefined;
    const timeout = new Promise<never>((_resolve, reject) => {
      cancel = this.#ports.clock.schedule(STOP_RECORDING_TIMEOUT_MS, () => {
        reject(new Error('The recorder did not answer in time'));
      });
    });
    try {
      const stopped = this.#recordingStart.then(() => this.#ports.mixer.stopRecording(this.callId));
      const receipt = await Promise.race([stopped, timeout]);
      this.post({ type: 'recording-stopped', receipt });
    } catch (error) {
      this.#log.error({ code: codeOf(error) }, 'The recording could not be closed');
      this.post({ type: 'recording-failed', reason: `The recording could not be closed (${codeOf(error)}).` });
    } finally {
      cancel();
    }
  }

  async #releaseMedia(): Promise<void> {
    await Promise.all([
      this.#ports.media.release(this.#anchor),
      this.#ports.mixer.closeLeg(residentLeg(this.callId)).catch((error: unknown) => {
        this.#log.warn({ code: codeOf(error) }, 'The mixer leg could not be closed');
      }),
    ]);
    this.#isLegOpen = false;
    this.post({ type: 'released' });
  }

  #startTimer(seconds: number): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#ports.clock.schedule(seconds * 1_000, () => {
      this.post({ type: 'timer-fired' });
    });
  }

  #inMediaOrder(onFailure: 'anchor-failed' | 'media-lost' | 'released', task: () => Promise<void>): void {
    this.#mediaChain = this.#mediaChain.then(task).catch((error: unknown) => {
      this.#log.warn({ code: codeOf(error) }, 'A media command failed');
      this.post({ type: onFailure });
    });
  }
}

/** Errors are logged by code only: a message may carry SDP, a URI or a number. */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'unknown';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.name : 'unknown';
}
