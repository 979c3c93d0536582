import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
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
  protected readonly contents = CONTENT_CODES;
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
