import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { Clock } from '../platform/clock';
import { Language } from '../platform/language';
import { japanDate } from './japan-time';
import { type DateForm, formatDate } from './japanese-date';

/** A calendar date. Japanese: era years, with the AD date in full or on hover; English: AD only. */
@Component({
  selector: 'kk-wareki',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: '<time [attr.datetime]="date()" [attr.title]="form() === \'full\' ? null : date()">{{ words() }}</time>',
  styles: ':host { white-space: nowrap; }',
})
export class Wareki {
  readonly date = input.required<string>();
  readonly form = input<DateForm>('table');
  readonly #locale = inject(Language).locale;
  readonly #now = inject(Clock).now;
  readonly #today = computed(() => japanDate(this.#now()));

  protected readonly words = computed(() => formatDate(this.date(), this.form(), this.#locale(), this.#today()));
}
