import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { TranslocoPipe } from '@jsverse/transloco';
import type { WallboardView } from '#contracts/wallboard.contract';
import { cutPercent, daysIn } from './contact-rate';

/** The drawing's own units; the picture scales to its place. */
const FRAME = { left: 40, right: 920, bottom: 300, top: 44, width: 960, height: 348 } as const;
/** Air above the higher of target and rate. */
const HEADROOM = 1.04;
const TICK_EVERY_DAYS = 7;
const TICKS_APART_DAYS = 3;

interface Point {
  readonly x: number;
  readonly y: number;
}

/** The month's contact rate by day in one hue, the target as a dashed line, the pace still needed as dots. */
@Component({
  selector: 'kk-contact-chart',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [TranslocoPipe],
  templateUrl: './contact-chart.html',
  styleUrl: './contact-chart.scss',
})
export class ContactChart {
  readonly rate = input.required<WallboardView['contactRate']>();

  protected readonly frame = FRAME;
  readonly #days = computed(() => daysIn(this.rate().month));
  readonly #top = computed(() => Math.max(this.rate().targetPercent, ...this.#percents()) * HEADROOM || 1);
  readonly #percents = computed(() => {
    const { byDay, requested } = this.rate();
    return byDay.map(({ reached }) => (requested > 0 ? (reached * 100) / requested : 0));
  });

  readonly #points = computed(() => this.rate().byDay.map(({ day }, index) => this.#place(day, this.#percents()[index] ?? 0)));
  protected readonly run = computed(() =>
    this.#points()
      .map(({ x, y }) => `${x},${y}`)
      .join(' '),
  );
  protected readonly now = computed(() => this.#points().at(-1));
  protected readonly aim = computed(() => this.#place(this.#days(), this.rate().targetPercent));
  protected readonly isBelow = computed(() => (this.#percents().at(-1) ?? 0) < this.rate().targetPercent);
  protected readonly ticks = computed(() => {
    const today = this.rate().byDay.at(-1)?.day ?? 1;
    const marks = [...new Set([1, today, this.#days()])].sort((a, b) => a - b);
    for (let day = TICK_EVERY_DAYS; day < this.#days(); day += TICK_EVERY_DAYS) {
      if (marks.every((mark) => Math.abs(mark - day) >= TICKS_APART_DAYS)) marks.push(day);
    }
    return marks.map((day) => ({ day, x: this.#place(day, 0).x, isToday: day === today }));
  });
  protected readonly sentence = computed(() => {
    const { reached, requested, targetPercent, byDay } = this.rate();
    return { day: byDay.at(-1)?.day ?? 0, percent: cutPercent(reached, requested) ?? '–', target: targetPercent };
  });

  #place(day: number, percent: number): Point {
    const { left, right, bottom, top } = FRAME;
    const round = (value: number) => Math.round(value * 10) / 10;
    return {
      x: round(left + ((day - 1) / Math.max(1, this.#days() - 1)) * (right - left)),
      y: round(bottom - (percent / this.#top()) * (bottom - top)),
    };
  }
}
