import { ChangeDetectionStrategy, Component, computed, DestroyRef, effect, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import type { CaseId } from '#contracts/ids.contract';
import { TodayStore } from '../cases/today-store';
import { Empty } from '../design/empty';
import { FlagBar, type FlagItem } from '../design/flag-bar';
import { KeyBar, type KeyWord } from '../design/key-bar';
import { Loading } from '../design/loading';
import { ProblemPanel } from '../design/problem-panel';
import { ProblemError } from '../platform/problem';
import { ProblemText } from '../platform/problem-text';
import { Shortcuts } from '../platform/shortcuts';
import { BetweenCalls } from './between-calls';
import { CallBar } from './call-bar';
import { CallLine } from './call-line';
import { CallStore } from './call-store';
import { DeskState } from './desk-state';
import { HistoryPane } from './history-pane';
import { InboundDesk } from './inbound-desk';
import { PersonPane } from './person-pane';
import { RecordDraft } from './record-draft';
import { RecordingSheet } from './recording-sheet';
import { Words } from './words';
import { WorkPane } from './work-pane';

/** The agent's desk. Regions keep their place through a call; what they show is what the server says. */
@Component({
  selector: 'kk-desk',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    BetweenCalls,
    CallBar,
    Empty,
    FlagBar,
    HistoryPane,
    InboundDesk,
    KeyBar,
    Loading,
    PersonPane,
    ProblemPanel,
    RecordingSheet,
    RouterLink,
    TranslocoDirective,
    WorkPane,
  ],
  providers: [DeskState],
  templateUrl: './desk.html',
  styleUrl: './desk.css',
})
export class Desk {
  /** From the address: which case is on the desk between calls. */
  readonly caseId = input<string>();

  readonly #words = inject(Words);
  readonly #problemText = inject(ProblemText);
  readonly #draft = inject(RecordDraft);
  protected readonly calls = inject(CallStore);
  protected readonly today = inject(TodayStore);
  protected readonly state = inject(DeskState);

  protected readonly flags = computed<FlagItem[]>(() =>
    (this.state.case()?.flags ?? []).map((flag) => ({
      code: flag.code,
      word: this.#words.say(`cases.flag.${flag.code}`),
      since: flag.from,
      by: this.#words.say(`cases.flag_by.${flag.setBy}`),
    })),
  );
  protected readonly caseProblem = computed(() => {
    const error = this.state.caseStore.error();
    return error === null ? null : this.#problemText.of(error);
  });
  /** Not in this agent's lists: asking again gets the same answer. */
  protected readonly isCaseMissing = computed(() => {
    const error = this.state.caseStore.error();
    return error instanceof ProblemError && error.code === 'case.not-found';
  });
  protected readonly isListOver = computed(
    () =>
      this.calls.isLoaded() &&
      this.state.phase() === 'idle' &&
      !this.state.caseId() &&
      this.today.today() !== null &&
      !this.state.nextRow(),
  );
  protected readonly keys = computed<readonly string[]>(() => {
    if (this.state.phase() === 'idle' && !this.state.case()) return [];
    return KEYS[this.state.isQuickWrapUp() ? 'quick' : this.state.phase()];
  });

  constructor() {
    inject(CallLine);
    // The router's input is a string; the server answers "not found" for one that is no case.
    effect(() => this.state.routeCaseId.set((this.caseId() ?? null) as CaseId | null));
    const shortcuts = inject(Shortcuts);
    const taken = [
      this.state.listen(),
      shortcuts.register('F2', () => this.#dialOrAnswer()),
      shortcuts.register('F6', () => this.#draft.askFocus()),
      shortcuts.register('Ctrl+Enter', () => void this.state.saveAndNext()),
      ...'0123456789'.split('').map((digit) => shortcuts.register(digit, () => this.#draft.typeDigit(digit))),
    ];
    inject(DestroyRef).onDestroy(() => taken.forEach((giveBack) => giveBack()));
  }

  protected keyWords(t: (key: string) => string): KeyWord[] {
    return this.keys().map((keys) => ({ keys, word: t(`calls.key.${keys}`) }));
  }

  #dialOrAnswer(): void {
    if (this.state.phase() === 'offered') void this.calls.answer();
    else this.state.dial();
  }
}

const KEYS = {
  idle: ['F2'],
  offered: ['F2', '1–9'],
  dialling: ['F4'],
  ringing: ['F4'],
  talking: ['F4', 'F6', '00', 'Alt+M', 'Alt+H'],
  'wrap-up': ['F6', '00', 'Ctrl+Enter'],
  quick: ['Enter', 'F6', '00'],
} as const;
