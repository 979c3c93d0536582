import { ChangeDetectionStrategy, Component, computed, DestroyRef, effect, inject, signal, untracked } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import type { CallerCandidate, IdentifyCaller } from '#contracts/calls.contract';
import type { CaseId } from '#contracts/ids.contract';
import { TodayStore } from '../cases/today-store';
import { Icon } from '../design/icon';
import { KeyHint } from '../design/key-hint';
import { Locked } from '../design/locked';
import { Masked } from '../design/masked';
import { ProblemPanel } from '../design/problem-panel';
import { Tag } from '../design/tag';
import { Language } from '../platform/language';
import { plural } from '../platform/plural';
import { ProblemText } from '../platform/problem-text';
import { Shortcuts } from '../platform/shortcuts';
import { CallStore } from './call-store';
import { DeskState } from './desk-state';
import { RecordDraft } from './record-draft';
import { RecordForm } from './record-form';
import { ScriptLines } from './script-lines';

type SaidItem = keyof IdentifyCaller['said'];
const SAID_ITEMS: readonly SaidItem[] = ['kana', 'birthDate', 'address', 'noticeNumber'];
export const MATCHES_NEEDED = 2;

/** Somebody calls: candidates by number, masked, until what the caller says matches twice. A number proves nothing. */
@Component({
  selector: 'kk-inbound-desk',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, KeyHint, Locked, Masked, ProblemPanel, RecordForm, ScriptLines, Tag, TranslocoDirective],
  templateUrl: './inbound-desk.html',
  styleUrl: './inbound-desk.css',
})
export class InboundDesk {
  readonly #draft = inject(RecordDraft);
  readonly #problemText = inject(ProblemText);
  readonly #said = signal<Partial<Record<SaidItem, string>>>({});
  readonly #chosen = signal<CaseId | null>(null);
  protected readonly locale = inject(Language).locale;
  protected readonly calls = inject(CallStore);
  protected readonly state = inject(DeskState);
  protected readonly today = inject(TodayStore);
  protected readonly items = SAID_ITEMS;
  protected readonly plural = plural;
  protected readonly needed = MATCHES_NEEDED;

  protected readonly call = this.state.call;
  protected readonly isTalking = computed(() => this.state.phase() === 'talking');
  protected readonly candidates = computed(() => this.call()?.candidates ?? []);
  protected readonly chosen = computed(() => this.#chosen() ?? this.candidates()[0]?.caseId ?? null);
  protected readonly said = this.#said.asReadonly();
  protected readonly matches = computed(
    () => Object.values(this.call()?.identity ?? {}).filter((verdict) => verdict === 'match').length,
  );
  protected readonly isAsked = computed(() => Object.keys(this.call()?.identity ?? {}).length > 0);
  protected readonly canCheck = computed(
    () => this.isTalking() && this.chosen() !== null && Object.values(this.#said()).some((words) => words.trim() !== ''),
  );
  protected readonly problem = computed(() => {
    const error = this.calls.failureOf('call:identify-caller');
    return error === null ? null : this.#problemText.of(error);
  });

  constructor() {
    const shortcuts = inject(Shortcuts);
    const taken = '123456789'.split('').map((digit) => shortcuts.register(digit, () => this.#press(digit)));
    inject(DestroyRef).onDestroy(() => taken.forEach((giveBack) => giveBack()));
    // Another caller: nothing of the last one's words stays.
    const callId = computed(() => this.call()?.id);
    effect(() => {
      callId();
      untracked(() => {
        this.#said.set({});
        this.#chosen.set(null);
      });
    });
  }

  protected choose(candidate: CallerCandidate): void {
    this.#chosen.set(candidate.caseId);
  }

  protected hear(item: SaidItem, event: Event): void {
    if (!(event.target instanceof HTMLInputElement)) return;
    const words = event.target.value;
    this.#said.update((said) => ({ ...said, [item]: words }));
  }

  protected check(event: Event): void {
    event.preventDefault();
    const caseId = this.chosen();
    if (!caseId || !this.canCheck()) return;
    const said = Object.fromEntries(Object.entries(this.#said()).filter(([, words]) => words.trim() !== ''));
    void this.calls.identifyCaller(caseId, said);
  }

  protected categoriesOf(candidate: CallerCandidate): string {
    return candidate.categories.map((code) => this.today.shortNameOf(code)).join(' ・ ');
  }

  /** Digits choose a candidate while the caller is on the line; afterwards they are result codes as everywhere. */
  #press(digit: string): void {
    const candidate = this.candidates()[Number(digit) - 1];
    if (this.state.phase() === 'wrap-up') this.#draft.typeDigit(digit);
    else if (candidate) this.choose(candidate);
  }
}
