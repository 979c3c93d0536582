import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import type { RecordingCapacity } from '#contracts/recordings.contract';
import { ClockTime } from '../design/clock-time';
import { Icon } from '../design/icon';
import { Loading } from '../design/loading';
import { ProblemPanel } from '../design/problem-panel';
import { Tag } from '../design/tag';
import { Wareki } from '../design/wareki';
import { Api } from '../platform/api';
import { Language } from '../platform/language';
import { ProblemText } from '../platform/problem-text';
import { formatBytes, formatHours } from './amounts';

/** Room for recordings (R35): what fits, since when, until when. */
@Component({
  selector: 'kk-recording-capacity',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [ClockTime, Icon, Loading, ProblemPanel, RouterLink, Tag, TranslocoDirective, Wareki],
  templateUrl: './capacity.html',
  styleUrl: './capacity.css',
})
export class Capacity {
  readonly #api = inject(Api);
  readonly #problemText = inject(ProblemText);
  readonly #error = signal<unknown>(null);
  protected readonly locale = inject(Language).locale;
  protected readonly isBusy = signal(false);
  protected readonly view = signal<RecordingCapacity | null>(null);
  protected readonly hours = formatHours;
  protected readonly bytes = formatBytes;
  protected readonly problem = computed(() => (this.#error() === null ? null : this.#problemText.of(this.#error())));
  /** Shares of the larger of plan and room, in percent. */
  protected readonly bar = computed(() => {
    const view = this.view();
    if (!view) return null;
    const whole = Math.max(view.plannedHours, view.possibleHours, 1);
    const share = (hours: number): number => (Math.min(hours, whole) / whole) * 100;
    return { stored: share(view.storedHours), possible: share(view.possibleHours), planned: share(view.plannedHours) };
  });

  constructor() {
    void this.load();
  }

  protected async load(): Promise<void> {
    this.isBusy.set(true);
    this.#error.set(null);
    try {
      this.view.set(await this.#api.get<RecordingCapacity>('/api/recordings/capacity'));
    } catch (error) {
      this.#error.set(error);
    } finally {
      this.isBusy.set(false);
    }
  }
}
