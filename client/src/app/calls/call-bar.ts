import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Bridge } from '../design/bridge';
import { Duration } from '../design/duration';
import { Icon } from '../design/icon';
import { KeyHint } from '../design/key-hint';
import { Meter } from '../design/meter';
import { ProblemPanel } from '../design/problem-panel';
import { type StateName, StateTag } from '../design/state-tag';
import { Tag } from '../design/tag';
import { Phone } from '../phone/phone';
import { ProblemText } from '../platform/problem-text';
import { AgentStatus } from '../shell/agent-status';
import { Refusal } from '../shell/refusal';
import { CallBridge } from './call-bridge';
import { timerOf, toneOf } from './call-phase';
import { CallLine } from './call-line';
import { CallStore } from './call-store';
import { DeskState, isRefusing } from './desk-state';
import { DialPad } from './dial-pad';
import { PartyControls } from './party-controls';
import { PartyStrip } from './party-strip';
import { Words } from './words';

/** Timer, state, recording, who hears whom, and the call's controls; hang-up last and apart. */
@Component({
  selector: 'kk-call-bar',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    Bridge,
    DialPad,
    Duration,
    Icon,
    KeyHint,
    Meter,
    PartyControls,
    PartyStrip,
    ProblemPanel,
    StateTag,
    Tag,
    TranslocoDirective,
  ],
  providers: [CallBridge],
  templateUrl: './call-bar.html',
  styleUrl: './call-bar.css',
  host: { '[class]': 'tone()' },
})
export class CallBar {
  readonly #words = inject(Words);
  readonly #problemText = inject(ProblemText);
  readonly #agent = inject(AgentStatus);
  readonly #refusal = inject(Refusal);
  protected readonly calls = inject(CallStore);
  protected readonly line = inject(CallLine);
  protected readonly phone = inject(Phone);
  protected readonly state = inject(DeskState);
  protected readonly bridge = inject(CallBridge);
  protected readonly isDialPadOpen = signal(false);

  protected readonly call = this.calls.call;
  protected readonly phase = this.calls.phase;
  /** A call on hold, or with a third person in it, is not just a call: the bar's colour and word say so. */
  protected readonly tone = computed<StateName>(() => {
    if (this.bridge.isHeld()) return 'hold';
    return this.bridge.guests().some(({ standing }) => standing === 'present') ? 'three' : toneOf(this.phase());
  });
  /** Between calls the agent is what the server says: ready, away, or without a phone. */
  protected readonly stateName = computed<StateName>(() =>
    this.phase() === 'idle' && this.#agent.isChoosable() ? this.#agent.tone() : this.tone(),
  );
  protected readonly stateLabel = computed(() => {
    const agentState = this.#agent.view()?.state;
    if (this.tone() === 'hold' || this.tone() === 'three') return this.#say(`calls.phase.${this.tone()}`);
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
    const error = this.calls.failureOf(...COMMANDS_OF_THE_BAR);
    return error === null ? null : this.#problemText.of(error);
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

  #say(key: string, values: Record<string, unknown> = {}): string {
    return this.#words.say(key, values);
  }
}

const COMMANDS_OF_THE_BAR = [
  'call:dial',
  'call:answer',
  'call:hang-up',
  'call:mute',
  'call:send-digits',
  'call:hold',
  'call:change-party',
  'call:invite',
  'call:remove-party',
  'call:talk-privately',
  'call:transfer',
  'call:requeue',
  'call:pause-recording',
  'call:resume-recording',
] as const;
