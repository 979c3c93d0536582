import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import type { ResultCode } from '#contracts/call-results.contract';
import { Icon, type IconName } from '../design/icon';
import { japanTime } from '../design/japan-time';
import { Clock } from '../platform/clock';
import { DeskState } from './desk-state';
import { RecordDraft } from './record-draft';
import { isAttempt, retryAfterMinutes } from './result-codes';

interface Consequence {
  icon: IconName;
  what: string;
  words: string;
  values?: Record<string, string | number>;
}

/** What saving this result will do, said before it happens. */
@Component({
  selector: 'kk-after-save',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, TranslocoDirective],
  template: `
    <section *transloco="let t; prefix: 'calls.after'" [attr.aria-label]="t('title')" data-testid="after-save">
      <p class="field-label">{{ t('title') }}</p>
      <ul>
        @for (line of lines(); track line.what) {
          <li>
            <kk-icon [name]="line.icon" size="s" />
            <span class="muted">{{ t('what.' + line.what) }}</span>
            <span>{{ t(line.words, line.values ?? {}) }}</span>
          </li>
        }
      </ul>
    </section>
  `,
  styles: `
    li {
      display: grid;
      grid-template-columns: 1.25rem 5.5rem 1fr;
      gap: var(--kk-2);
      align-items: center;
      min-height: var(--kk-row-dense);
    }
    /* One line where there is no room for three. */
    @media (max-width: 1500px), (max-height: 900px) {
      ul {
        display: flex;
        flex-wrap: wrap;
        gap: 0 var(--kk-3);
      }
      li {
        display: flex;
        gap: var(--kk-1);
        min-height: 1.25rem;
        font: var(--mat-sys-body-small);
      }
      .muted {
        display: none;
      }
    }
  `,
})
export class AfterSave {
  readonly #state = inject(DeskState);
  readonly #draft = inject(RecordDraft);
  readonly #now = inject(Clock).now;

  protected readonly lines = computed<Consequence[]>(() => {
    const code = this.#draft.selected();
    if (!code) return [{ icon: 'info', what: 'record', words: 'choose_first' }];
    const next = this.#state.nextRow();
    return [
      ...this.#retry(retryAfterMinutes(code)),
      ...this.#count(code),
      next
        ? { icon: 'skip_next', what: 'next', words: 'next', values: { name: next.nameMasked } }
        : { icon: 'skip_next', what: 'next', words: 'no_next' },
    ];
  });

  #retry(after: ReturnType<typeof retryAfterMinutes>): Consequence[] {
    const call = this.#state.call();
    if (this.#state.isUnidentified() || !call) return [];
    if (after === null) return [{ icon: 'history', what: 'retry', words: 'no_retry' }];
    if (after === 'not-today') return [{ icon: 'phone_disabled', what: 'retry', words: 'not_today' }];
    const from = (call.endedAt ? Date.parse(call.endedAt) : this.#now()) + after * 60_000;
    return [{ icon: 'history', what: 'retry', words: 'retry_from', values: { time: japanTime(from) } }];
  }

  /** From the gate's own figures, which count this call only when it is saved. */
  #count(code: ResultCode): Consequence[] {
    if (this.#state.call()?.direction !== 'outbound') return [];
    const added = isAttempt(code) ? 1 : 0;
    const find = (code: string) => this.#state.case()?.gate.reasons.find((reason) => reason.code === code)?.values;
    const [day, month] = [find('attempts-today'), find('attempts-month')];
    if (!day || !month) return [];
    const values = {
      day: Number(day['count'] ?? 0) + added,
      dayLimit: day['limit'] ?? 0,
      month: Number(month['count'] ?? 0) + added,
      monthLimit: month['limit'] ?? 0,
    };
    return [{ icon: 'event', what: 'count', words: 'count', values }];
  }
}
