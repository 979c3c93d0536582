import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { TranslocoPipe } from '@jsverse/transloco';
import { Clock } from '../platform/clock';
import { Language } from '../platform/language';
import { japanDate, japanTime } from './japan-time';
import { formatDate } from './japanese-date';

/** The time of an instant in Japan. `when` is for lists: today's shows its time, another day its date. */
@Component({
  selector: 'kk-clock-time',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [TranslocoPipe],
  template: `<time [attr.datetime]="at()" [attr.title]="title()">
    @if (day(); as words) {
      {{ words }}
    } @else {
      @if (form() === 'when') {
        {{ 'kit.today' | transloco }}
      }
      {{ time() }}
    }
  </time>`,
  styles: ':host { white-space: nowrap; }',
})
export class ClockTime {
  readonly at = input.required<string>();
  readonly form = input<'time' | 'seconds' | 'when'>('time');
  readonly #locale = inject(Language).locale;
  readonly #now = inject(Clock).now;
  readonly #today = computed(() => japanDate(this.#now()));
  readonly #date = computed(() => japanDate(Date.parse(this.at())));

  protected readonly time = computed(() => japanTime(Date.parse(this.at()), this.form() === 'seconds'));
  protected readonly day = computed(() => {
    if (this.form() !== 'when' || this.#date() === this.#today()) return undefined;
    return formatDate(this.#date(), 'list', this.#locale(), this.#today());
  });
  protected readonly title = computed(() => (this.day() ? `${this.#date()} ${this.time()}` : null));
}
