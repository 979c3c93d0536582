import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { Clock } from '../platform/clock';

/** mm:ss, h:mm:ss past an hour. Begun seconds are not counted. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${two(minutes)}:${two(rest)}`;
}

/** A fixed length, or the time since an instant, which runs by the server's clock until `until`. */
@Component({
  selector: 'kk-duration',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: '{{ words() }}',
  styles: ':host { white-space: nowrap; font-variant-numeric: tabular-nums lining-nums; }',
  host: { '[attr.role]': 'since() ? "timer" : null' },
})
export class Duration {
  readonly seconds = input<number>();
  readonly since = input<string | null>();
  readonly until = input<string | null>();
  readonly #now = inject(Clock).now;

  protected readonly words = computed(() => {
    const since = this.since();
    if (!since) return formatDuration(this.seconds() ?? 0);
    const until = this.until();
    return formatDuration(((until ? Date.parse(until) : this.#now()) - Date.parse(since)) / 1000);
  });
}
