import { afterNextRender, ChangeDetectionStrategy, Component, computed, ElementRef, inject } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { TodayStore } from '../cases/today-store';
import { ClockTime } from '../design/clock-time';
import { GateReasons } from '../design/gate-reasons';
import { Icon } from '../design/icon';
import { KeyHint } from '../design/key-hint';
import { ProblemPanel } from '../design/problem-panel';
import { Tag } from '../design/tag';
import { Wareki } from '../design/wareki';
import { Yen } from '../design/yen';
import { Language } from '../platform/language';
import { plural } from '../platform/plural';
import { ProblemText } from '../platform/problem-text';
import { AfterSave } from './after-save';
import { CallStore } from './call-store';
import { DebtTable } from './debt-table';
import { arrearsOf, debtsOf } from './debts';
import { DeskState } from './desk-state';
import { History } from './history';
import { Queue } from './queue';
import { RecordDraft } from './record-draft';
import { ResultPicker } from './result-picker';
import { Words } from './words';

/** Nobody answered: the line has chosen the result, one Enter saves it, and the next person is already open. */
@Component({
  selector: 'kk-between-calls',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [
    AfterSave,
    ClockTime,
    DebtTable,
    GateReasons,
    History,
    Icon,
    KeyHint,
    ProblemPanel,
    Queue,
    ResultPicker,
    Tag,
    TranslocoDirective,
    Wareki,
    Yen,
  ],
  templateUrl: './between-calls.html',
  styleUrl: './between-calls.css',
})
export class BetweenCalls {
  readonly #problemText = inject(ProblemText);
  readonly #words = inject(Words);
  protected readonly locale = inject(Language).locale;
  protected readonly calls = inject(CallStore);
  protected readonly draft = inject(RecordDraft);
  protected readonly state = inject(DeskState);
  protected readonly today = inject(TodayStore);

  protected readonly plural = plural;

  protected readonly rangSeconds = computed(() => {
    const call = this.state.call();
    return call?.endedAt ? Math.round((Date.parse(call.endedAt) - Date.parse(call.startedAt)) / 1_000) : 0;
  });
  protected readonly nextCategory = computed(() => this.state.nextCase()?.categories[0] ?? null);
  protected readonly nextDebts = computed(() => {
    const [view, category] = [this.state.nextCase(), this.nextCategory()];
    return view && category ? debtsOf(view.debts, category.code) : [];
  });
  protected readonly nextTotal = computed(() => arrearsOf(this.nextDebts()));
  protected readonly problem = computed(() => {
    const error = this.calls.failureOf('call:save-result', 'call:save-draft');
    return error === null ? null : this.#problemText.of(error);
  });

  constructor() {
    const host = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
    // Enter is the common path, so the focus waits on the button, unless the agent is writing somewhere.
    afterNextRender(() => {
      const isWriting = document.activeElement?.matches('input:not([type=radio]), textarea') ?? false;
      if (!isWriting) setTimeout(() => host.querySelector<HTMLElement>('[data-testid=save-result]')?.focus());
    });
  }

  protected flagWord(code: string): string {
    return this.#words.say(`cases.flag.${code}`);
  }

  protected write(event: Event): void {
    if (event.target instanceof HTMLInputElement) this.draft.write(event.target.value);
  }

  protected save(event: Event): void {
    event.preventDefault();
    void this.state.saveAndNext();
  }
}
