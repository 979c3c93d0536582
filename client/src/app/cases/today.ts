import { ChangeDetectionStrategy, Component, computed, DestroyRef, ElementRef, inject, signal } from '@angular/core';
import { Router } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import type { CaseRow } from '#contracts/cases.contract';
import type { CategoryCode } from '#contracts/ids.contract';
import { ClockTime } from '../design/clock-time';
import { Empty } from '../design/empty';
import { Icon } from '../design/icon';
import { KeyBar, type KeyWord } from '../design/key-bar';
import { Loading } from '../design/loading';
import { Masked } from '../design/masked';
import { ProblemPanel } from '../design/problem-panel';
import { Tag } from '../design/tag';
import { Wareki } from '../design/wareki';
import { Yen } from '../design/yen';
import { Language } from '../platform/language';
import { ProblemText } from '../platform/problem-text';
import { Session } from '../platform/session';
import { Shortcuts } from '../platform/shortcuts';
import { filterRows, ROW_FILTERS, type RowFilter } from './today-filter';
import { TodayStore } from './today-store';

/** Today's list: whom this agent calls, in order. Masked, as on every list; a row leads to the desk. */
@Component({
  selector: 'kk-today',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [ClockTime, Empty, Icon, KeyBar, Loading, Masked, ProblemPanel, Tag, TranslocoDirective, Wareki, Yen],
  templateUrl: './today.html',
  styleUrl: './today.css',
})
export class Today {
  readonly #router = inject(Router);
  readonly #problemText = inject(ProblemText);
  readonly #host = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
  protected readonly locale = inject(Language).locale;
  protected readonly store = inject(TodayStore);
  /** The desk is for those who call; everybody else only reads the list. */
  protected readonly mayOpenDesk = inject(Session).can('calls.dial');
  protected readonly filters = ROW_FILTERS;
  protected readonly state = signal<RowFilter>('open');
  protected readonly category = signal<CategoryCode | null>(null);
  protected readonly rows = computed(() => filterRows(this.store.rows(), { state: this.state(), category: this.category() }));
  protected readonly problem = computed(() => {
    const error = this.store.error();
    return error === null ? null : this.#problemText.of(error);
  });

  constructor() {
    const shortcuts = inject(Shortcuts);
    const taken = [
      ...ROW_FILTERS.map((filter, index) => shortcuts.register(`Alt+${index + 1}`, () => this.state.set(filter))),
      shortcuts.register('ArrowDown', () => this.#moveFocus(1)),
      shortcuts.register('ArrowUp', () => this.#moveFocus(-1)),
    ];
    inject(DestroyRef).onDestroy(() => taken.forEach((giveBack) => giveBack()));
  }

  protected countOf(filter: RowFilter): number {
    const counts = this.store.counts();
    if (!counts) return 0;
    return filter === 'all' ? counts.total : counts[filter];
  }

  protected keyWords(t: (key: string) => string): KeyWord[] {
    const toDesk = [
      { keys: '↑ ↓', word: t('cases.today.key.move') },
      { keys: 'Enter', word: t('cases.today.key.open') },
    ];
    return [...(this.mayOpenDesk ? toDesk : []), { keys: 'Alt+1–4', word: t('cases.today.key.filter') }];
  }

  protected open(row: CaseRow): void {
    if (!this.mayOpenDesk) return;
    void this.#router.navigateByUrl(`/desk/${row.id}`);
  }

  #moveFocus(step: 1 | -1): void {
    const links = [...this.#host.querySelectorAll<HTMLElement>('[data-row-link]')];
    const at = links.findIndex((link) => link === document.activeElement);
    links[Math.min(links.length - 1, Math.max(0, at + step))]?.focus();
  }
}
