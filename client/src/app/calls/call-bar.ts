import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import type { CallView } from '#contracts/calls.contract';
import { Bridge, type BridgeParty, type BridgeSpan } from '../design/bridge';
import { Duration, formatDuration } from '../design/duration';
import { Icon } from '../design/icon';
import { KeyHint } from '../design/key-hint';
import { Meter } from '../design/meter';
import { ProblemPanel } from '../design/problem-panel';
import { type StateName, StateTag } from '../design/state-tag';
import { Tag } from '../design/tag';
import { Phone } from '../phone/phone';
import { Language } from '../platform/language';
import { ProblemText } from '../platform/problem-text';
import { Session } from '../platform/session';
import { AgentStatus } from '../shell/agent-status';
import { Refusal } from '../shell/refusal';
import { timerOf, toneOf } from './call-phase';
import { CallLine } from './call-line';
import { CallStore } from './call-store';
import { DeskState, isRefusing } from './desk-state';
import { DialPad } from './dial-pad';
import { Words } from './words';

/** Timer, state, recording, who hears whom, and the call's controls; hang-up last and apart. */
@Component({
  selector: 'kk-call-bar',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Bridge, DialPad, Duration, Icon, KeyHint, Meter, ProblemPanel, StateTag, Tag, TranslocoDirective],
  templateUrl: './call-bar.html',
  styleUrl: './call-bar.css',
  host: { '[class]': 'tone()' },
})
export class CallBar {
  readonly #words = inject(Words);
  readonly #language = inject(Language);
  readonly #problemText = inject(ProblemText);
  readonly #session = inject(Session);
  readonly #agent = inject(AgentStatus);
  readonly #refusal = inject(Refusal);
  protected readonly calls = inject(CallStore);
  protected readonly line = inject(CallLine);
  protected readonly phone = inject(Phone);
  protected readonly state = inject(DeskState);
  protected readonly isDialPadOpen = signal(false);

  protected readonly call = this.calls.call;
  protected readonly phase = this.calls.phase;
  protected readonly tone = computed(() => toneOf(this.phase()));
  /** Between calls the agent is what the server says: ready, away, or without a phone. */
  protected readonly stateName = computed<StateName>(() =>
    this.phase() === 'idle' && this.#agent.isChoosable() ? this.#agent.tone() : this.tone(),
  );
  protected readonly stateLabel = computed(() => {
    const agentState = this.#agent.view()?.state;
    const isAgents = this.phase() === 'idle' && agentState && this.#agent.isChoosable();
    return this.#say(isAgents ? `shell.state.${agentState}` : `calls.phase.${this.phase()}`);
  });
  /** No call rings here until the agent is ready again; an unanswered one made them away. */
  protected readonly isAway = computed(() => this.phase() === 'idle' && this.#agent.view()?.state === 'away');
  protected readonly hint = computed(() => {
    if (this.phase() !== 'idle') return this.#say(`calls.hint.${this.phase()}`);
    if (this.isAway()) return this.#say('calls.hint.away');
    return this.stateName() === 'ready' && this.phone.isReady() ? this.#say('calls.hint.idle') : '';
  });
  protected readonly timer = computed(() => {
    const call = this.call();
    return call && timerOf(call);
  });
  protected readonly canHangUp = computed(() => ['dialling', 'ringing', 'talking'].includes(this.phase()));
  protected readonly problem = computed(() => {
    const error = this.calls.failureOf('call:dial', 'call:answer', 'call:hang-up', 'call:mute', 'call:send-digits');
    return error === null ? null : this.#problemText.of(error);
  });
  protected readonly parties = computed<BridgeParty[]>(() => {
    const me = this.#me();
    const other = this.#other();
    return this.call()?.direction === 'inbound' ? [other, me] : [me, other];
  });
  protected readonly spans = computed<BridgeSpan[]>(() => [this.#span()]);
  protected readonly sentence = computed(() => {
    const call = this.call();
    const key = call?.phase === 'talking' && call.isMuted ? 'muted' : this.phase();
    return this.#say(`calls.bridge.sentence.${key}`, { me: this.#myName(), other: this.#otherName() });
  });

  /** Why the dial button is dashed or gone, in the words of the rule that decided. */
  protected readonly obstacleText = computed(() => {
    const obstacle = this.state.obstacle();
    const view = this.state.case();
    if (obstacle === null) return null;
    const stop = view?.flags.find((flag) => flag.code.startsWith('S'));
    if (obstacle === 'stop' && stop)
      return this.#say('calls.obstacle.stop', { flag: `${stop.code} ${this.#say(`cases.flag.${stop.code}`)}` });
    const refusing = view?.gate.reasons.find(isRefusing);
    if (obstacle === 'gate' && refusing) return this.#say(`kit.gate.${refusing.code}.refused`, refusing.values);
    return this.#say(`calls.obstacle.${obstacle}`);
  });

  protected becomeReady(): void {
    void this.#refusal.attempt(() => this.#agent.choose('ready'));
  }

  protected openDialPad(): void {
    this.isDialPadOpen.update((isOpen) => !isOpen);
  }

  #me(): BridgeParty {
    const call = this.call();
    const seat = this.#say('calls.seat', { seat: this.#session.user()?.seat ?? '' });
    const base = { id: 'me', icon: 'headset_mic', name: this.#myName() } as const;
    if (call?.phase === 'offered') return { ...base, detail: seat, presence: 'invited' };
    if (call?.phase === 'talking' && call.isMuted)
      return { ...base, detail: this.#say('calls.muted'), presence: 'present', isMuted: true };
    const isParked = !this.phone.isMicrophoneOpen();
    return isParked
      ? { ...base, detail: this.#say('calls.parked'), presence: 'present', isMuted: true }
      : { ...base, detail: seat, presence: 'present' };
  }

  #other(): BridgeParty {
    const call = this.call();
    const number = call?.numberDisplay ?? this.state.phone()?.display ?? '';
    const candidates = call?.candidates.length ?? 0;
    const detail = this.state.isUnidentified() ? this.#say('calls.bridge.candidates', { count: candidates }) : number;
    const isOnLine = call?.phase === 'talking' || call?.phase === 'offered';
    return { id: 'other', icon: 'person', name: this.#otherName(), detail, presence: isOnLine ? 'present' : 'invited' };
  }

  #span(): BridgeSpan {
    const call = this.call();
    if (!call) return this.#spanBetweenCalls();
    if (call.phase === 'wrap-up') return { kind: 'ended', text: this.#ending(call) };
    const text = this.#say(`calls.bridge.via.${call.direction}`, {
      category: call.category.shortName[this.#language.locale()],
      number: call.category.callerIdDisplay,
    });
    const isHeard = call.phase === 'talking' && !call.isMuted;
    return { kind: isHeard || call.phase === 'offered' ? 'both' : 'invited', text };
  }

  #spanBetweenCalls(): BridgeSpan {
    const category = this.state.category();
    if (!category || !this.state.case()) return { kind: 'none' };
    const values = { category: category.shortName[this.#language.locale()], number: category.callerIdDisplay };
    return { kind: 'ended', text: this.#say('calls.bridge.via.outbound', values) };
  }

  #ending(call: CallView): string {
    const cause = this.#say(`calls.cause.${call.cause ?? 'completed'}`);
    const by = call.answeredAt && call.endedBy ? this.#say(`calls.ended_by.${call.endedBy}`) : '';
    const seconds = call.endedAt
      ? Math.round((Date.parse(call.endedAt) - Date.parse(call.answeredAt ?? call.startedAt)) / 1_000)
      : 0;
    return this.#say(call.answeredAt ? 'calls.bridge.talked' : 'calls.bridge.rang', {
      cause,
      by,
      seconds,
      time: formatDuration(seconds),
    });
  }

  #myName(): string {
    return this.#session.user()?.name ?? '';
  }

  #otherName(): string {
    const call = this.call();
    if (this.state.isUnidentified()) return call?.numberDisplay ?? '';
    const name = this.state.case()?.person.name;
    return name ? this.#say('calls.person_name', { name }) : (call?.numberDisplay ?? '');
  }

  #say(key: string, values: Record<string, unknown> = {}): string {
    return this.#words.say(key, values);
  }
}
