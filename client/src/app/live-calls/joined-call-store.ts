import { computed, effect, inject, Injectable, signal, untracked } from '@angular/core';
import type { JoinedCallReply, JoinedCallView, LiveCallClientEvents } from '#contracts/live-calls.contract';
import type { CallId } from '#contracts/ids.contract';
import { Api } from '../platform/api';
import { Clock } from '../platform/clock';
import { Session } from '../platform/session';
import { SocketLink } from '../platform/socket-link';

type Command = Extract<keyof LiveCallClientEvents, `joined-call:${string}`>;

/** The call of somebody else that this person is asked into or takes part in, as the server tells it. */
@Injectable({ providedIn: 'root' })
export class JoinedCallStore {
  readonly #api = inject(Api);
  readonly #link = inject(SocketLink);
  readonly #clock = inject(Clock);
  readonly #session = inject(Session);
  readonly #call = signal<JoinedCallView | null>(null);
  readonly #pending = signal<Command | null>(null);
  readonly #error = signal<unknown>(null);

  readonly call = this.#call.asReadonly();
  readonly pending = this.#pending.asReadonly();
  readonly error = this.#error.asReadonly();
  readonly isInvited = computed(() => this.#call()?.standing === 'invited');
  /** Somebody hears this person: a supervisor who only listens is heard by nobody, and their microphone stays closed. */
  readonly isHeard = computed(() => {
    const call = this.#call();
    return call?.standing === 'present' && this.#self(call)?.supervision !== 'listen';
  });
  readonly isMuted = computed(() => {
    const call = this.#call();
    return call !== null && this.#self(call)?.isMuted === true;
  });

  constructor() {
    effect(() => {
      const mayJoin = this.#session.view() !== null && this.#session.can('calls.join');
      untracked(() => (mayJoin ? void this.refetch() : this.#call.set(null)));
    });
    this.#link.on('joined-call:changed', (call) => this.accept(call));
    this.#link.onReconnect(() => void this.refetch());
  }

  async refetch(): Promise<void> {
    if (!this.#session.can('calls.join')) return;
    try {
      const reply = await this.#api.get<JoinedCallReply>('/api/calls/joined');
      this.#clock.sync(reply.serverTime);
      this.#call.set(reply.call);
    } catch {
      // The next reconnection asks again.
    }
  }

  /** Takes the server's view unless a later one is shown already. */
  accept(next: JoinedCallView): void {
    const shown = this.#call();
    if (shown?.callId === next.callId && shown.version > next.version) return;
    this.#call.set(next.standing === 'gone' ? null : next);
  }

  join = () => this.#send('joined-call:join', (callId) => ({ callId }));
  decline = () => this.#send('joined-call:decline', (callId) => ({ callId }));
  leave = () => this.#send('joined-call:leave', (callId) => ({ callId }));
  askToRepeat = () => this.#send('joined-call:ask-to-repeat', (callId) => ({ callId }));
  toggleMute = () => this.#send('joined-call:mute', (callId) => ({ callId, muted: !this.isMuted() }));

  async #send<Name extends Command>(
    command: Name,
    input: (callId: CallId) => Parameters<LiveCallClientEvents[Name]>[0],
  ): Promise<void> {
    const call = this.#call();
    if (call === null || this.#pending() !== null) return;
    this.#pending.set(command);
    this.#error.set(null);
    try {
      this.accept(await this.#link.command(command, input(call.callId)));
    } catch (error) {
      this.#error.set(error);
      void this.refetch();
    } finally {
      this.#pending.set(null);
    }
  }

  #self(call: JoinedCallView): JoinedCallView['parties'][number] | undefined {
    return call.parties.find(({ id }) => id === call.party);
  }
}
