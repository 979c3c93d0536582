import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import type { Locale } from '#contracts/users.contract';
import { Language } from '../platform/language';

const MINUS = '\u2212';
const SEPARATED = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** Integer yen with separators; a negative amount carries U+2212, never a hyphen. */
export function formatYen(amount: number, form: 'text' | 'table', locale: Locale): string {
  const digits = `${amount < 0 ? MINUS : ''}${SEPARATED.format(Math.abs(amount))}`;
  if (form === 'table') return digits;
  return locale === 'ja' ? `${digits}円` : digits.replace(/^(\u2212?)/, '$1¥');
}

/** Money. `text` 「130,700円」, `table` bare digits under a heading that says 円, `figure` a small 円 after large digits. */
@Component({
  selector: 'kk-yen',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: '{{ digits() }}@if (unit()) {<span class="unit">{{ unit() }}</span>}',
  styles: ':host { white-space: nowrap; font-variant-numeric: tabular-nums lining-nums; }',
})
export class Yen {
  readonly amount = input.required<number>();
  readonly form = input<'text' | 'table' | 'figure'>('text');
  readonly #locale = inject(Language).locale;

  protected readonly unit = computed(() => (this.form() === 'figure' && this.#locale() === 'ja' ? '円' : ''));
  protected readonly digits = computed(() => {
    const isBare = this.form() === 'table' || this.unit() !== '';
    return formatYen(this.amount(), isBare ? 'table' : 'text', this.#locale());
  });
}
