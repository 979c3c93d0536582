import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';

const SEGMENTS = 16;
const BARS = 4;
/** From here on the voice is close to clipping. */
const LOUD = 0.85;

/** A level from 0 to 1: sixteen segments for a check, four bars beside a word. The only thing that ever loops. */
@Component({
  selector: 'kk-meter',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @for (step of steps(); track $index) {
      <i [class.lit]="step.isLit" [class.loud]="step.isLoud" [style.height.%]="step.height"></i>
    }
  `,
  styleUrl: './meter.scss',
  host: {
    role: 'meter',
    '[class]': 'form()',
    '[attr.aria-label]': 'label()',
    'aria-valuemin': '0',
    'aria-valuemax': '100',
    '[attr.aria-valuenow]': 'percent()',
  },
})
export class Meter {
  readonly level = input.required<number>();
  readonly label = input.required<string>();
  readonly form = input<'segments' | 'bars'>('segments');

  protected readonly percent = computed(() => Math.round(Math.min(1, Math.max(0, this.level())) * 100));
  protected readonly steps = computed(() => {
    const count = this.form() === 'bars' ? BARS : SEGMENTS;
    const lit = Math.ceil((this.percent() / 100) * count);
    return Array.from({ length: count }, (_, index) => ({
      isLit: index < lit,
      isLoud: index < lit && index / count >= LOUD,
      height: this.form() === 'bars' ? 40 + index * 20 : 100,
    }));
  });
}
