import type { Logger } from 'pino';
import type { CallId } from '#contracts/ids.contract';
import { RESIDENT } from '#contracts/parties.contract';
import type { PartyId } from '#contracts/parties.contract';
import { codeOf } from '../error-code.ts';
import { LineRunner } from '../line/line-runner.ts';
import type { LineOrigin, LinePorts } from '../line/line-runner.ts';
import type { FactSink } from '../ports/control.port.ts';
import type { AnchorId } from '../ports/media.port.ts';
import type { Hearing, LegId, SoundName } from '../ports/mixer.port.ts';
import type { IncomingLeg } from '../ports/signalling.port.ts';
import { Announcer } from './announcer.ts';
import { step } from './call-machine.ts';
import { CallRecording } from './call-recording.ts';
import type { CallCommand, CallEventKind, CallState, TimerName } from './call.model.ts';
import { lineLeg } from './call.model.ts';

/** What a call works with. */
export interface CallPorts extends LinePorts {
  readonly facts: FactSink;
  readonly log: Logger;
}

/** Carries out one call: feeds events through the machine one by one and runs its commands through the ports. */
export class CallRunner {
  readonly callId: CallId;
  readonly #ports: CallPorts;
  readonly #log: Logger;
  readonly #onChanged: (runner: CallRunner) => void;
  readonly #events: CallEventKind[] = [];
  readonly #lines = new Map<PartyId, LineRunner>();
  readonly #timers = new Map<TimerName, () => void>();
  readonly #recording: CallRecording;
  readonly #announcer: Announcer;
  #isStepping = false;
  #state: CallState;

  constructor(
    ports: CallPorts,
    call: { readonly callId: CallId; readonly state: CallState; readonly incoming: IncomingLeg | null },
    onChanged: (runner: CallRunner) => void,
  ) {
    this.callId = call.callId;
    this.#ports = ports;
    this.#state = call.state;
    this.#onChanged = onChanged;
    this.#log = ports.log.child({ callId: call.callId });
    this.#recording = new CallRecording(
      call.callId,
      { ...ports, log: this.#log },
      {
        onStopped: (receipt) => {
          this.post({ type: 'recording-stopped', receipt });
        },
        onFailed: (reason) => {
          this.post({ type: 'recording-failed', reason });
        },
      },
    );
    this.#announcer = new Announcer(ports.mixer, this.#log, (party, sound) => {
      this.post({ type: 'announced', party, sound });
    });
    if (call.incoming !== null) this.#openLine(RESIDENT, { incoming: call.incoming });
  }

  get state(): CallState {
    return this.#state;
  }

  /** The mixer legs of this call's outside lines. */
  get legs(): LegId[] {
    return [...this.#lines.values()].map(({ leg }) => leg);
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

  /** Takes note of something that is asked for. False, and nothing happens, when it does not fit where the call stands. */
  offer(event: CallEventKind): boolean {
    const { state, commands } = step(this.#state, { ...event, atMs: this.#ports.clock.nowMs() });
    if (state === this.#state && commands.length === 0) return false;
    this.post(event);
    return true;
  }

  /** Sends telephone-events to the resident. False unless the parties are talking. */
  sendDigits(digits: string): boolean {
    if (this.#state.phase !== 'talking') return false;
    this.#ports.mixer.sendDigits(lineLeg(this.callId, RESIDENT), digits).catch((error: unknown) => {
      this.#log.warn({ code: codeOf(error) }, 'The digits could not be sent');
    });
    return true;
  }

  /** The party whose outside line has this leg. */
  partyOn(leg: LegId): PartyId | undefined {
    for (const [party, line] of this.#lines) if (line.leg === leg) return party;
    return undefined;
  }

  /** The rtpengine call of an outside line of this call. */
  anchorOf(leg: LegId): AnchorId | undefined {
    const party = this.partyOn(leg);
    return party === undefined ? undefined : this.#lines.get(party)?.anchor;
  }

  notePlayed(leg: LegId, sound: SoundName): void {
    this.#announcer.notePlayed(leg, sound);
  }

  /** Asks rtpengine whether it still knows the media of this leg. */
  async checkMedia(leg: LegId): Promise<void> {
    const party = this.partyOn(leg);
    if (party !== undefined) await this.#lines.get(party)?.checkMedia();
  }

  /** The mixer or rtpengine is gone, and every line's media with it. */
  loseMedia(): void {
    for (const line of [...this.#lines.values()]) line.loseMedia();
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
      case 'open-line':
        this.#openLine(command.party, command).begin();
        return;
      case 'begin-line':
        this.#lines.get(command.party)?.begin();
        return;
      case 'accept-line':
        this.#lines.get(command.party)?.accept();
        return;
      case 'close-line':
        this.#lines.get(command.party)?.close(command.status);
        return;
      case 'hear':
        this.#hear(command.rows);
        return;
      case 'announce':
        this.#announcer.play(command.party, command.leg, command.sounds);
        return;
      case 'signal':
        this.#ports.mixer.playTone(command.leg, command.signal).catch((error: unknown) => {
          this.#log.warn({ code: codeOf(error) }, 'A signal could not be played');
        });
        return;
      case 'start-recording':
        this.#recording.start(command.channels);
        return;
      case 'assign-channel':
        this.#recording.assign(command.name, command.leg);
        return;
      case 'pause-recording':
        this.#recording.pause(command.reason);
        return;
      case 'resume-recording':
        this.#recording.resume();
        return;
      case 'mark-recording':
        this.#recording.mark(command.kind);
        return;
      case 'stop-recording':
        void this.#recording.stop();
        return;
      case 'start-timer':
        this.#startTimer(command.timer, command.seconds);
        return;
      case 'stop-timer':
        this.#stopTimer(command.timer);
        return;
      case 'emit':
        this.#ports.facts.emit(command.fact);
        return;
      default:
        command satisfies never;
    }
  }

  #openLine(party: PartyId, origin: LineOrigin): LineRunner {
    const line = new LineRunner(this.#ports, lineLeg(this.callId, party), origin, this.#log.child({ party }), (report) => {
      if (report.type === 'closed') this.#lines.delete(party);
      this.post({ type: 'line', party, report });
    });
    this.#lines.set(party, line);
    return line;
  }

  #hear(rows: readonly Hearing[]): void {
    this.#ports.mixer.setHearing(rows).catch((error: unknown) => {
      this.#log.warn({ code: codeOf(error) }, 'The mixer refused to change who hears whom');
      // Somebody may hear what is not for them, or nothing: neither can be left standing.
      this.post({ type: 'hearing-failed' });
    });
  }

  #startTimer(timer: TimerName, seconds: number): void {
    this.#stopTimer(timer);
    const cancel = this.#ports.clock.schedule(seconds * 1_000, () => {
      this.#timers.delete(timer);
      this.post({ type: 'timer-fired', timer });
    });
    this.#timers.set(timer, cancel);
  }

  #stopTimer(timer: TimerName): void {
    this.#timers.get(timer)?.();
    this.#timers.delete(timer);
  }
}
