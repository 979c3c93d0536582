import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import type { TimelineEntry } from '#contracts/cases.contract';
import type { CallId } from '#contracts/ids.contract';
import { TodayStore } from '../cases/today-store';
import { formatDuration } from '../design/duration';
import { Icon, type IconName } from '../design/icon';
import { Timeline, type TimelineItem } from '../design/timeline';
import { formatYen } from '../design/yen';
import { Language } from '../platform/language';
import { plural } from '../platform/plural';
import { Session } from '../platform/session';
import { DeskState } from './desk-state';
import { Words } from './words';

interface HistoryItem extends TimelineItem {
  callId?: CallId;
}

/** What happened with this person, newest first; calls with a recording can be played. */
@Component({
  selector: 'kk-history',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, Timeline, TranslocoDirective],
  template: `
    <ng-container *transloco="let t; prefix: 'calls.history'">
      <div class="section-head">
        <h2>{{ t('title') }}</h2>
        <span class="label">{{ t('count_' + plural(items().length), { count: items().length }) }}</span>
      </div>
      @if (items().length === 0) {
        <p class="muted">{{ t('none') }}</p>
      }
      <kk-timeline [entries]="items()">
        <ng-template let-item>
          @if (callOf(item); as callId) {
            <button type="button" class="btn quiet small" data-testid="play-recording" (click)="desk.playing.set(callId)">
              <kk-icon name="play_arrow" size="s" />{{ t('recording') }}
            </button>
          }
        </ng-template>
      </kk-timeline>
    </ng-container>
  `,
  styles: `
    :host {
      display: block;
    }
  `,
})
export class History {
  readonly entries = input.required<readonly TimelineEntry[]>();
  readonly #words = inject(Words);
  readonly #locale = inject(Language).locale;
  readonly #today = inject(TodayStore);
  readonly #mayPlay = inject(Session).can('recordings.play');
  protected readonly desk = inject(DeskState);
  protected readonly plural = plural;
  protected readonly items = computed<HistoryItem[]>(() => this.entries().map((entry) => this.#itemOf(entry)));

  protected callOf(item: HistoryItem): CallId | null {
    return this.#mayPlay ? (item.callId ?? null) : null;
  }

  #itemOf(entry: TimelineEntry): HistoryItem {
    return {
      id: entry.id,
      at: entry.at,
      icon: iconOf(entry),
      title: this.#say(entry.kind === 'call' ? `call.${entry.direction ?? 'outbound'}` : `kind.${entry.kind}`),
      strong: this.#strongOf(entry),
      detail: this.#detailOf(entry),
      ...(entry.hasRecording && entry.callId ? { callId: entry.callId } : {}),
    };
  }

  #strongOf(entry: TimelineEntry): string {
    if (entry.amount !== undefined) return formatYen(entry.amount, 'text', this.#locale());
    if (!entry.resultCode) return '';
    const talk = entry.talkSeconds ? ` ${formatDuration(entry.talkSeconds)}` : '';
    return `${entry.resultCode} ${this.#words.say(`calls.result.${entry.resultCode}`)}${talk}`;
  }

  #detailOf(entry: TimelineEntry): string {
    const category = entry.categoryCode ? this.#today.shortNameOf(entry.categoryCode) : '';
    const note = entry.note ? this.#say('note', { note: entry.note }) : '';
    return [note, category, entry.by ?? ''].filter((part) => part !== '').join(' ・ ');
  }

  #say(key: string, values: Record<string, unknown> = {}): string {
    return this.#words.say(`calls.history.${key}`, values);
  }
}

function iconOf(entry: TimelineEntry): IconName {
  if (entry.kind === 'payment') return 'payments';
  if (entry.kind === 'letter') return 'mail';
  if (entry.direction === 'inbound') return 'call_received';
  return entry.talkSeconds ? 'call' : 'phone_missed';
}
