import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { ActivatedRoute, RouterLink } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import type { HoldKind, RecordingRow } from '#contracts/recordings.contract';
import { ClockTime } from '../design/clock-time';
import { Duration } from '../design/duration';
import { Empty } from '../design/empty';
import { Icon } from '../design/icon';
import { japanDate, japanTime } from '../design/japan-time';
import { Loading } from '../design/loading';
import { ProblemPanel } from '../design/problem-panel';
import { Tag } from '../design/tag';
import { Toasts } from '../design/toasts';
import { Wareki } from '../design/wareki';
import { Language } from '../platform/language';
import { ProblemText } from '../platform/problem-text';
import { Session } from '../platform/session';
import { RecordingBook } from './recording-book';
import { splitParty } from './recording-marks';
import { RecordingPlayer } from './recording-player';

const HOLDS: readonly HoldKind[] = ['litigation', 'complaint'];

/** All recordings a supervisor or manager may see: filters above, rows, and the player of the chosen one below. */
@Component({
  selector: 'kk-recordings',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [ClockTime, Duration, Empty, Icon, Loading, ProblemPanel, RecordingPlayer, RouterLink, Tag, TranslocoDirective, Wareki],
  providers: [RecordingBook],
  templateUrl: './recordings.html',
  styleUrl: './recordings.css',
})
export class Recordings {
  readonly #problemText = inject(ProblemText);
  readonly #session = inject(Session);
  readonly #toasts = inject(Toasts);
  readonly #words = inject(TranslocoService);
  readonly #failure = signal<unknown>(null);
  protected readonly book = inject(RecordingBook);
  protected readonly locale = inject(Language).locale;
  protected readonly holds = HOLDS;
  protected readonly chosen = signal<RecordingRow | null>(null);
  /** The row whose deletion waits for a second click. */
  protected readonly unsure = signal<RecordingRow | null>(null);
  protected readonly mayPlay = this.#session.can('recordings.play');
  protected readonly mayHold = this.#session.can('recordings.hold');
  protected readonly mayDelete = this.#session.can('recordings.purge');
  protected readonly problem = computed(() => {
    const error = this.#failure() ?? this.book.error();
    return error === null ? null : this.#problemText.of(error);
  });

  constructor() {
    const hasGap = inject(ActivatedRoute).snapshot.queryParamMap.get('show') === 'gaps';
    void this.book.narrow({ hasGap });
  }

  protected partyOf(name: string): { word: string; number: number | null } {
    return splitParty(name);
  }

  protected when({ startedAt }: RecordingRow): string {
    const atMs = Date.parse(startedAt);
    return `${japanDate(atMs)} ${japanTime(atMs)}`;
  }

  protected async hold(row: RecordingRow, kind: HoldKind): Promise<void> {
    await this.#try(() => this.book.hold(row, kind));
  }

  /** The first click asks, the second one deletes. */
  protected async delete(row: RecordingRow): Promise<void> {
    if (this.unsure()?.callId !== row.callId) return this.unsure.set(row);
    this.unsure.set(null);
    if (this.chosen()?.callId === row.callId) this.chosen.set(null);
    const isDone = await this.#try(() => this.book.delete(row));
    if (isDone) this.#toasts.show({ text: this.#words.translate('recordings.list.deleted'), icon: 'delete' });
  }

  protected async retry(): Promise<void> {
    this.#failure.set(null);
    await this.book.fetch();
  }

  async #try(task: () => Promise<void>): Promise<boolean> {
    try {
      await task();
      this.#failure.set(null);
      return true;
    } catch (error) {
      this.#failure.set(error);
      return false;
    }
  }
}
