import { ChangeDetectionStrategy, Component, computed, DestroyRef, inject, type Signal, signal } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { ClockTime } from '../design/clock-time';
import { Icon } from '../design/icon';
import { KeyHint } from '../design/key-hint';
import { ProblemPanel } from '../design/problem-panel';
import { ProblemText } from '../platform/problem-text';
import { AfterSave } from './after-save';
import { CallStore } from './call-store';
import { DeskState } from './desk-state';
import { NOTE_LIMIT, RecordDraft } from './record-draft';
import { CONTENT_CODES } from './result-codes';
import { ResultPicker } from './result-picker';

const NARROW_CONTENTS = 4;

/** The negotiation record: result, what was talked about, the note, and what saving will do. */
@Component({
  selector: 'kk-record-form',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [AfterSave, ClockTime, Icon, KeyHint, ProblemPanel, ResultPicker, TranslocoDirective],
  templateUrl: './record-form.html',
  styleUrl: './record-form.css',
})
export class RecordForm {
  readonly #problemText = inject(ProblemText);
  protected readonly calls = inject(CallStore);
  protected readonly draft = inject(RecordDraft);
  protected readonly state = inject(DeskState);
  readonly #isNarrow = narrowScreen();
  protected readonly isEveryContentShown = signal(false);
  /** On a narrow desk the rarer ones wait behind 「ほか」, unless they are chosen. */
  protected readonly contents = computed(() =>
    this.isEveryContentShown() || !this.#isNarrow()
      ? CONTENT_CODES
      : CONTENT_CODES.filter((content, at) => at < NARROW_CONTENTS || this.draft.contents().includes(content)),
  );
  protected readonly hiddenContents = computed(() => CONTENT_CODES.length - this.contents().length);
  protected readonly limit = NOTE_LIMIT;
  protected readonly canSave = computed(() => this.state.phase() === 'wrap-up' && this.draft.selected() !== null);
  protected readonly saveHint = computed(() => {
    if (this.state.phase() === 'talking') return 'after_call';
    return this.draft.selected() === null ? 'choose_result' : null;
  });
  protected readonly draftProblem = computed(() => this.#sentenceOf('call:save-draft'));
  protected readonly saveProblem = computed(() => this.#sentenceOf('call:save-result'));

  protected write(event: Event): void {
    if (event.target instanceof HTMLTextAreaElement) this.draft.write(event.target.value);
  }

  protected save(event: Event): void {
    event.preventDefault();
    void this.state.saveAndNext();
  }

  #sentenceOf(command: 'call:save-draft' | 'call:save-result') {
    const error = this.calls.failureOf(command);
    return error === null ? null : this.#problemText.of(error);
  }
}

function narrowScreen(): Signal<boolean> {
  const query = matchMedia('(max-width: 1500px)');
  const isNarrow = signal(query.matches);
  const follow = (): void => isNarrow.set(query.matches);
  query.addEventListener('change', follow);
  inject(DestroyRef).onDestroy(() => query.removeEventListener('change', follow));
  return isNarrow.asReadonly();
}
