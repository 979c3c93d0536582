import {
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  ElementRef,
  inject,
  input,
  signal,
  untracked,
} from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import type { ResultCode } from '#contracts/call-results.contract';
import { Icon } from '../design/icon';
import { KeyHint } from '../design/key-hint';
import { CallStore } from './call-store';
import { RecordDraft } from './record-draft';
import { likelyResults, RESULT_CODES } from './result-codes';

/** The result of the call in words with its two digits; what the line suggests is chosen and says so. */
@Component({
  selector: 'kk-result-picker',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, KeyHint, TranslocoDirective],
  template: `
    <fieldset *transloco="let t; prefix: 'calls'">
      <legend class="field-label">
        {{ except() ? t('record.other_results') : t('record.result') }} <kk-key-hint keys="F6" />
        @if (draft.isSuggestion() && !except()) {
          <span class="suggested" data-testid="result-suggested"
            ><kk-icon name="info" size="s" />{{ t('record.suggested') }}</span
          >
        }
        @if (draft.typedDigit(); as digit) {
          <span class="typed">{{ digit }}_</span>
        }
      </legend>
      <div class="choices" role="radiogroup" [attr.aria-label]="t('record.result')">
        @for (code of shown(); track code) {
          <label class="choice" [attr.data-testid]="'result-' + code" [attr.data-selected]="draft.selected() === code">
            <input
              type="radio"
              name="result"
              [value]="code"
              [checked]="draft.selected() === code"
              (change)="draft.choose(code)"
            />
            <span
              class="code"
              [attr.data-testid]="draft.selected() === code ? 'result-selected' : null"
              [attr.data-code]="draft.selected() === code ? code : null"
              >{{ code }}</span>{{ t('result.' + code) }}
          </label>
        }
        @if (hidden() > 0) {
          <button type="button" class="btn quiet small" data-testid="result-more" (click)="isAllShown.set(true)">
            {{ t('record.more', { count: hidden() }) }}
          </button>
        }
      </div>
    </fieldset>
  `,
  styles: `
    :host {
      display: block;
    }
    legend {
      display: flex;
      align-items: center;
      gap: var(--kk-2);
      margin-bottom: 0.25rem;
    }
    .suggested {
      display: inline-flex;
      align-items: center;
      gap: var(--kk-1);
      color: var(--mat-sys-on-surface-variant);
    }
    .typed {
      padding: 0 var(--kk-1);
      background: var(--mat-sys-tertiary-container);
      color: var(--mat-sys-on-tertiary-container);
      font-weight: var(--kk-bold);
    }
    @media (max-width: 1500px) {
      .choices {
        gap: 0.25rem;
      }
      .choice {
        gap: 0.25rem;
        padding: 0 0.3125rem;
      }
      .btn.small {
        padding: 0 var(--kk-1);
      }
    }
  `,
})
export class ResultPicker {
  /** Codes that are shown elsewhere and so left out here. */
  readonly except = input<ResultCode | null>(null);

  readonly #host = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
  readonly #calls = inject(CallStore);
  protected readonly draft = inject(RecordDraft);
  protected readonly isAllShown = signal(false);
  protected readonly shown = computed(() => {
    const wasAnswered = Boolean(this.#calls.call()?.answeredAt);
    const codes = this.isAllShown() ? [...RESULT_CODES] : likelyResults(wasAnswered, this.draft.selected());
    return codes.filter((code) => code !== this.except());
  });
  protected readonly hidden = computed(() => RESULT_CODES.length - this.shown().length - (this.except() ? 1 : 0));

  constructor() {
    let answered = untracked(this.draft.focusRequests);
    effect(() => {
      const requests = this.draft.focusRequests();
      if (requests === answered) return;
      answered = requests;
      const radio =
        this.#host.querySelector<HTMLInputElement>('input:checked') ?? this.#host.querySelector<HTMLInputElement>('input');
      radio?.focus();
    });
  }
}
