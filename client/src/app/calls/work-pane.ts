import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '../design/icon';
import { Wareki } from '../design/wareki';
import { Yen } from '../design/yen';
import { Language } from '../platform/language';
import { DebtTable } from './debt-table';
import { arrearsOf, debtsOf } from './debts';
import { DeskState } from './desk-state';
import { Queue } from './queue';
import { RecordForm } from './record-form';

/** What is owed, what this call is about, and the record of it; between calls, who comes next. */
@Component({
  selector: 'kk-work-pane',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [DebtTable, Icon, Queue, RecordForm, TranslocoDirective, Wareki, Yen],
  templateUrl: './work-pane.html',
  styleUrl: './work-pane.css',
})
export class WorkPane {
  protected readonly locale = inject(Language).locale;
  protected readonly state = inject(DeskState);
  protected readonly isIdle = computed(() => this.state.phase() === 'idle');
  protected readonly total = computed(() => arrearsOf(this.state.case()?.debts ?? []));
  protected readonly subjects = computed(() => {
    const view = this.state.case();
    return (view?.categories ?? []).map((category) => ({
      ...category,
      arrears: arrearsOf(debtsOf(view?.debts ?? [], category.code)),
      isChosen: category.code === this.state.category()?.code,
    }));
  });
  protected readonly debts = computed(() => {
    const [view, category] = [this.state.case(), this.state.category()];
    return view && category ? debtsOf(view.debts, category.code) : [];
  });
}
