import { ChangeDetectionStrategy, Component, computed, effect, inject, untracked } from '@angular/core';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import type { PartyView } from '#contracts/parties.contract';
import { Bridge, type BridgeParty, type BridgeSpan } from '../design/bridge';
import { Duration } from '../design/duration';
import { Icon, type IconName } from '../design/icon';
import { KeyHint } from '../design/key-hint';
import { ProblemPanel } from '../design/problem-panel';
import { StateTag } from '../design/state-tag';
import { RingTone } from '../phone/ring-tone';
import { Language } from '../platform/language';
import { ProblemText } from '../platform/problem-text';
import { Shortcuts } from '../platform/shortcuts';
import { JoinedCallStore } from './joined-call-store';

const ICONS: Record<PartyView['role'], IconName> = {
  agent: 'headset_mic',
  resident: 'person',
  interpreter: 'translate',
  supervisor: 'record_voice_over',
  'third-party': 'call',
};

/** The call of somebody else, above whatever page is open: the invitation, then who hears whom, and one's own controls. */
@Component({
  selector: 'kk-joined-bar',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Bridge, Duration, Icon, KeyHint, ProblemPanel, StateTag, TranslocoDirective],
  templateUrl: './joined-bar.html',
  styleUrl: './joined-bar.css',
})
export class JoinedBar {
  readonly #transloco = inject(TranslocoService);
  readonly #problemText = inject(ProblemText);
  protected readonly locale = inject(Language).locale;
  protected readonly store = inject(JoinedCallStore);
  protected readonly call = this.store.call;

  protected readonly problem = computed(() => {
    const error = this.store.error();
    return error === null ? null : this.#problemText.of(error);
  });
  protected readonly isInterpreter = computed(() => this.call()?.role === 'interpreter');
  protected readonly isListening = computed(() => this.call()?.standing === 'present' && !this.store.isHeard());

  protected readonly parties = computed<BridgeParty[]>(() => (this.call()?.parties ?? []).map((party) => this.#pier(party)));
  protected readonly spans = computed<BridgeSpan[]>(() => {
    const parties = this.call()?.parties ?? [];
    return parties.slice(1).map((party, index) => this.#span(parties[index], party));
  });
  protected readonly sentence = computed(() => {
    const call = this.call();
    if (!call) return '';
    const key =
      call.standing === 'invited' ? 'invited' : this.isListening() ? 'listening' : call.isPrivate ? 'private' : 'together';
    return this.#say(`sentence.${key}`, { agent: call.agentName });
  });

  readonly #hasCall = computed(() => this.call() !== null);

  constructor() {
    this.#ringWhileInvited();
    this.#takeKeysDuringCall();
  }

  /** The agent's own line rings with the same tone: only what was begun here is ended here. */
  #ringWhileInvited(): void {
    const ringTone = inject(RingTone);
    effect((onCleanup) => {
      if (!this.store.isInvited()) return;
      untracked(() => ringTone.start());
      onCleanup(() => ringTone.stop());
    });
  }

  /** The keys are the agent's own call's again when this one is over. */
  #takeKeysDuringCall(): void {
    const shortcuts = inject(Shortcuts);
    effect((onCleanup) => {
      if (!this.#hasCall()) return;
      const taken = [
        shortcuts.register('F2', () => this.store.isInvited() && void this.store.join()),
        shortcuts.register('F4', () => this.#end(), { ignoreRepeatWithinMs: 1_000 }),
        shortcuts.register('Alt+M', () => this.store.isHeard() && void this.store.toggleMute()),
      ];
      onCleanup(() => taken.forEach((giveBack) => giveBack()));
    });
  }

  #end(): void {
    void (this.store.isInvited() ? this.store.decline() : this.store.leave());
  }

  #pier({ id, role, label, standing, isMuted }: PartyView): BridgeParty {
    const isMe = id === this.call()?.party;
    const name = isMe ? this.#say('you') : label || this.#say(`role.${role}`);
    return {
      id,
      icon: ICONS[role],
      name,
      detail: this.#say(`role.${role}`),
      presence: standing === 'present' ? 'present' : 'invited',
      isMuted,
    };
  }

  #span(left: PartyView | undefined, right: PartyView): BridgeSpan {
    const pair = [left, right];
    if (pair.some((party) => party?.standing !== 'present')) return { kind: 'invited' };
    if (pair.some((party) => party?.isHeld)) return { kind: 'held', text: this.#say('span.held') };
    const isPrivate = this.call()?.parties.some((party) => party.isPrivate) === true;
    if (isPrivate && pair.some((party) => party?.isPrivate !== true)) return { kind: 'held', text: this.#say('span.music') };
    if (pair.some((party) => party?.supervision === 'listen')) return { kind: 'invited', text: this.#say('span.listens') };
    return { kind: 'both', text: this.#say(isPrivate ? 'span.private' : 'span.heard') };
  }

  #say(key: string, values: Record<string, unknown> = {}): string {
    this.locale();
    return this.#transloco.translate(`live.${key}`, values);
  }
}
