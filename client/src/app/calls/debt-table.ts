import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import type { Debt } from '#contracts/cases.contract';
import { formatFiscalYear } from '../design/japanese-date';
import { Wareki } from '../design/wareki';
import { Yen } from '../design/yen';
import { Language } from '../platform/language';
import { plural } from '../platform/plural';
import { arrearsOf } from './debts';

/** Instalments of one category with what was assessed, paid and is still owed. */
@Component({
  selector: 'kk-debt-table',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [TranslocoDirective, Wareki, Yen],
  template: `
    <table class="table" *transloco="let t; prefix: 'calls.debts'" data-testid="debts">
      <caption class="visually-hidden">
        {{
          t('title')
        }}
      </caption>
      <thead>
        <tr>
          <th>{{ t('year') }}</th>
          <th>{{ t('instalment') }}</th>
          <th>{{ t('due') }}</th>
          <th class="num wide">{{ t('assessed') }}</th>
          <th class="num wide">{{ t('paid') }}</th>
          <th class="num">{{ t('arrears') }}</th>
        </tr>
      </thead>
      <tbody>
        @for (debt of debts(); track debt.fiscalYear + '-' + debt.instalment) {
          <tr [class.quiet]="debt.arrears === 0">
            <td class="nowrap">{{ yearOf(debt) }}</td>
            <td class="nowrap">{{ t('instalment_no', { number: debt.instalment }) }}</td>
            <td><kk-wareki [date]="debt.dueDate" form="table" /></td>
            <td class="num wide muted"><kk-yen form="table" [amount]="debt.assessed" /></td>
            <td class="num wide muted"><kk-yen form="table" [amount]="debt.paid" /></td>
            <td class="num"><kk-yen form="table" [amount]="debt.arrears" /></td>
          </tr>
        }
      </tbody>
      <tfoot>
        <tr>
          <td colspan="3">{{ t('count_' + plural(open()), { count: open() }) }}</td>
          <td class="wide"></td>
          <td class="wide"></td>
          <td class="num"><kk-yen form="table" [amount]="sum()" /></td>
        </tr>
      </tfoot>
    </table>
  `,
  styles: `
    :host {
      display: block;
    }
    tfoot td {
      position: sticky;
      bottom: 0;
      background: var(--mat-sys-surface-container-low);
    }
    @media (max-width: 1500px) {
      .table td {
        height: 1.625rem;
      }
    }
    @media (max-width: 1240px) {
      .wide {
        display: none;
      }
    }
  `,
})
export class DebtTable {
  readonly debts = input.required<readonly Debt[]>();
  readonly #locale = inject(Language).locale;
  protected readonly plural = plural;
  protected readonly sum = computed(() => arrearsOf(this.debts()));
  protected readonly open = computed(() => this.debts().filter((debt) => debt.arrears > 0).length);

  protected yearOf(debt: Debt): string {
    return formatFiscalYear(debt.fiscalYear, this.#locale());
  }
}
