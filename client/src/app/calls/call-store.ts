import { computed, effect, inject, Injectable, signal, untracked } from '@angular/core';
import type { CallPartyClientEvents, ChangeParty, InviteParty } from '#contracts/call-parties.contract';
import type { CallView, CurrentCallView, IdentifyCaller, IdentityItem, SaveDraft, SaveResult } from '#contracts/calls.contract';
import type { CallId, CaseId, CategoryCode, PhoneId } from '#contracts/ids.contract';
import type { PartyId } from '#contracts/parties.contract';
import type { ClientToServerEvents } from '#contracts/socket.contract';
import { Api } from '../platform/api';
import { Clock } from '../platform/clock';
import { ProblemError } from '../platform/problem';
import { Session } from '../platform/session';
import { SocketLink } from '../platform/socket-link';
import { isNewer, phaseOf } from './call-phase';

export type CallCommandName = Extract<keyof ClientToServerEvents, `call:${string}`>;

/** What a refused command said, kept at the control that sent it until the next try. */
export interface CommandFailure {
  command: CallCommandName;
  error: unknown;
}

export interface MissedCall {
  numberDisplay: string;
  /** Given up by the caller; otherwise it went on to another seat, refused or unanswered here. */
  how: 'given-up' | 'declined' | 'unanswered';
}

export interface DialTarget {
  caseId: CaseId;
  phoneId: PhoneId;
  categoryCode: CategoryCode;
}

/**
 * The agent's one call, as the server tells it. Nothing here is assumed: a command only shows as pending, and the
 * screen changes when the server's view of the call does.
 */
@Injectable({ providedIn: 'root' })
export class CallStore {
  readonly #api = inject(Api);
  readonly #link = inject(SocketLink);
  readonly #clock = inject(Clock);
  readonly #session = inject(Session);

  readonly #call = signal<CallView | null>(null);
  readonly #isLoaded = signal(false);
  readonly #pending = signal<ReadonlySet<CallCommandName>>(new Set());
  readonly #failure = signal<CommandFailure | null>(null);
  readonly #missed = signal<MissedCall | null>(null);
  #declined: CallId | null = null;
  #dialRequest: { target: DialTarget; id: string } | null = null;

  readonly call = this.#call.asReadonly();
  /** The server has said whether there is a call. Until then a desk must not look idle. */
  readonly isLoaded = this.#isLoaded.asReadonly();
  readonly phase = computed(() => phaseOf(this.#call()));
  readonly failure = this.#failure.asReadonly();
  /** The last inbound call that was offered here and not answered here. */
  readonly missed = this.#missed.asReadonly();

  constructor() {
    effect(() => {
      const mayRead = this.#session.view() !== null && this.#session.can('calls.read');
      untracked(() => (mayRead ? void this.refetch() : this.#forget()));
    });
    this.#link.on('call:changed', (call) => this.accept(call));
    this.#link.onReconnect(() => void this.refetch());
  }

  isPending(command: CallCommandName): boolean {
    return this.#pending().has(command);
  }

  /** Asks the server where the agent's call stands. */
  async refetch(): Promise<void> {
    try {
      const current = await this.#api.get<CurrentCallView>('/api/calls/current');
      this.#clock.sync(current.serverTime);
      if (current.call) this.accept(current.call);
      else this.#call.set(null);
      this.#isLoaded.set(true);
    } catch {
      // The socket's next reconnection asks again; until then the last known call stays on screen.
    }
  }

  /** Takes the server's view of a call, unless a later one is already shown. */
  accept(next: CallView): void {
    const shown = this.#call();
    if (shown && !isNewer(next, shown)) return;
    if (shown?.id === next.id && shown.phase === 'offered' && !next.answeredAt && next.phase !== 'offered') {
      this.#missed.set({ numberDisplay: shown.numberDisplay, how: this.#howMissed(next) });
    }
    const isOver = next.phase === 'done' || next.phase === 'queued';
    // A call that was handed over is over here while its own part, under another id, is being written up.
    if (isOver && shown && shown.id !== next.id) return;
    this.#call.set(isOver ? null : next);
  }

  #howMissed(call: CallView): MissedCall['how'] {
    if (call.cause === 'abandoned') return 'given-up';
    const isDeclined = call.id === this.#declined;
    // The same call may be offered here once more.
    this.#declined = null;
    return isDeclined ? 'declined' : 'unanswered';
  }

  /** The same target tried again after no answer carries the same request id, so it cannot ring twice. */
  async dial(target: DialTarget): Promise<void> {
    const isRetry = this.#dialRequest !== null && isSameTarget(this.#dialRequest.target, target);
    const id = isRetry && this.#dialRequest ? this.#dialRequest.id : crypto.randomUUID();
    this.#dialRequest = { target, id };
    await this.#send('call:dial', { requestId: id, ...target });
    if (!this.#hasGoneUnanswered('call:dial')) this.#dialRequest = null;
  }

  answer = () => this.#control('call:answer');
  hangUp = () => this.#control('call:hang-up');

  /** Lets the offered call go on to another seat. */
  async decline(): Promise<void> {
    this.#declined = this.#call()?.id ?? null;
    await this.hangUp();
    if (this.failureOf('call:hang-up') !== null) this.#declined = null;
  }

  async mute(muted: boolean): Promise<void> {
    const call = this.#call();
    if (call) await this.#send('call:mute', { callId: call.id, muted });
  }

  async sendDigits(digits: string): Promise<void> {
    const call = this.#call();
    if (call) await this.#send('call:send-digits', { callId: call.id, digits });
  }

  async markIdentity(item: IdentityItem, verdict: 'match' | 'mismatch' | null): Promise<void> {
    const call = this.#call();
    if (call) await this.#send('call:mark-identity', { callId: call.id, item, verdict });
  }

  async identifyCaller(caseId: CaseId, said: IdentifyCaller['said']): Promise<boolean> {
    const call = this.#call();
    return call !== null && this.#send('call:identify-caller', { callId: call.id, caseId, said });
  }

  saveDraft(draft: SaveDraft): Promise<boolean> {
    return this.#send('call:save-draft', draft);
  }

  saveResult(result: SaveResult): Promise<boolean> {
    return this.#send('call:save-result', result);
  }

  /** The resident hears music and is heard by nobody. */
  hold = (held: boolean) => this.#inCall('call:hold', { held });
  changeParty = (party: PartyId, change: Omit<ChangeParty, 'callId' | 'party'>) =>
    this.#inCall('call:change-party', { party, ...change });
  invite = (invitation: Omit<InviteParty, 'callId'>) => this.#inCall('call:invite', invitation);
  removeParty = (party: PartyId) => this.#inCall('call:remove-party', { party });
  /** With these alone; with nobody: all together again. */
  talkPrivately = (parties: PartyId[]) => this.#inCall('call:talk-privately', { with: parties });
  transfer = (party: PartyId) => this.#inCall('call:transfer', { party });
  requeue = () => this.#inCall('call:requeue', {});
  pauseRecording = () => this.#inCall('call:pause-recording', {});
  resumeRecording = () => this.#inCall('call:resume-recording', {});

  failureOf(...commands: CallCommandName[]): unknown {
    const failure = this.#failure();
    return failure && commands.includes(failure.command) ? failure.error : null;
  }

  dismissFailure(): void {
    this.#failure.set(null);
  }

  /** Sends a command about the running call; false without one. */
  async #inCall<Name extends keyof CallPartyClientEvents>(
    command: Name,
    input: Omit<Parameters<CallPartyClientEvents[Name]>[0], 'callId'>,
  ): Promise<boolean> {
    const call = this.#call();
    if (call === null) return false;
    return this.#send(command, { callId: call.id, ...input });
  }

  async #control(command: 'call:answer' | 'call:hang-up'): Promise<void> {
    const call = this.#call();
    if (call) await this.#send(command, { callId: call.id });
  }

  /** Resolves with whether the server did it. */
  async #send<Name extends CallCommandName>(command: Name, input: Parameters<ClientToServerEvents[Name]>[0]): Promise<boolean> {
    if (this.isPending(command) && command !== 'call:save-draft' && command !== 'call:send-digits') return false;
    this.#setPending(command, true);
    if (this.#failure()?.command === command) this.#failure.set(null);
    try {
      this.accept(await this.#link.command(command, input));
      return true;
    } catch (error) {
      this.#failure.set({ command, error });
      // No answer or another state than expected: ask where things stand instead of guessing.
      if (!(error instanceof ProblemError) || error.code === 'client.no-answer' || error.code === 'call.invalid-state')
        void this.refetch();
      return false;
    } finally {
      this.#setPending(command, false);
    }
  }

  #hasGoneUnanswered(command: CallCommandName): boolean {
    const error = this.failureOf(command);
    return error instanceof ProblemError && error.code === 'client.no-answer';
  }

  #setPending(command: CallCommandName, isPending: boolean): void {
    this.#pending.update((before) => {
      const after = new Set(before);
      if (isPending) after.add(command);
      else after.delete(command);
      return after;
    });
  }

  #forget(): void {
    this.#call.set(null);
    this.#isLoaded.set(false);
    this.#failure.set(null);
    this.#missed.set(null);
  }
}

function isSameTarget(left: DialTarget, right: DialTarget): boolean {
  return left.caseId === right.caseId && left.phoneId === right.phoneId && left.categoryCode === right.categoryCode;
}
