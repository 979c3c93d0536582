import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import type { ResultCode } from '#contracts/call-results.contract';
import type { CaseRow } from '#contracts/cases.contract';
import { TodayStore } from '../cases/today-store';
import { ClockTime } from '../design/clock-time';
import { Masked } from '../design/masked';
import { Tag } from '../design/tag';
import { Yen } from '../design/yen';
import { DeskState } from './desk-state';
import { Words } from './words';

const SHOWN = 12;

/** Who comes next in today's list, and who comes back at a set time. Masked, as on every list. */
@Component({
  selector: 'kk-queue',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [ClockTime, Masked, RouterLink, Tag, TranslocoDirective, Yen],
  template: `
    <ng-container *transloco="let t; prefix: 'calls.queue'">
      <div class="section-head">
        <h2>{{ t('title') }}</h2>
        <span class="push label">{{ t('left', { count: state.upcoming().length }) }}</span>
      </div>
      <ol [class.compact]="isCompact()">
        @for (row of rows(); track row.id) {
          <li>
            <span class="n">{{ row.order }}</span>
            <span class="who">
              <a [routerLink]="['/desk', row.id]" [attr.tabindex]="isIdle() ? null : -1" [class.plain]="!isIdle()"
                ><kk-masked [text]="row.nameMasked"
              /></a>
              <span class="label">{{ row.ward }}</span>
            </span>
            <span class="label categories">{{ namesOf(row) }}</span>
            @if (!isCompact()) {
              <span class="num"><kk-yen [amount]="row.arrears" /></span>
            }
            <span class="tail">
              @if ($first) {
                <kk-tag tone="on">{{ t('next') }}</kk-tag>
              } @else if (row.lastResult; as result) {
                <span class="label">{{ isCompact() ? result : result + ' ' + resultWord(result) }}</span>
              }
            </span>
          </li>
        } @empty {
          <li class="muted none">{{ t('none') }}</li>
        }
      </ol>
      @if (state.later().length > 0) {
        <div class="section-head later">
          <h2>{{ t('later') }}</h2>
        </div>
        <ol [class.compact]="isCompact()">
          @for (row of state.later().slice(0, 6); track row.id) {
            <li>
              <span class="n">{{ row.order }}</span>
              <span class="who"
                ><kk-masked [text]="row.nameMasked" /> <span class="label">{{ row.ward }}</span></span
              >
              <span class="label categories">{{ namesOf(row) }}</span>
              @if (!isCompact()) {
                <span class="num"><kk-yen [amount]="row.arrears" /></span>
              }
              <strong class="tail">
                @if (row.nextCallAt; as at) {
                  <kk-clock-time [at]="at" form="time" />
                }
              </strong>
            </li>
          }
        </ol>
      }
    </ng-container>
  `,
  styles: `
    :host {
      display: block;
      overflow: auto;
      /* Unlike a media query, a container's rem follows the person's text size. */
      container: queue / inline-size;
    }
    li {
      display: grid;
      grid-template-columns: 2rem minmax(9rem, 1.2fr) minmax(6rem, 1fr) 7rem 8rem;
      gap: var(--kk-2);
      align-items: center;
      min-height: var(--kk-row);
      border-bottom: var(--kk-hairline);
    }
    .compact li {
      grid-template-columns: 1.75rem minmax(0, 1fr) auto;
      min-height: 2.75rem;
    }
    .compact .who {
      grid-column: 2;
      grid-row: 1;
    }
    .compact .categories {
      grid-column: 2;
      grid-row: 2;
      margin-top: -0.25rem;
      padding-bottom: 0.25rem;
    }
    .compact .n,
    .compact .tail {
      grid-row: 1 / span 2;
    }
    .compact .tail {
      grid-column: 3;
    }
    @container queue (max-width: 36rem) {
      ol:not(.compact) li {
        grid-template-columns: 2rem minmax(0, 1fr) auto auto;
      }
      ol:not(.compact) .categories {
        grid-column: 2;
        grid-row: 2;
      }
      ol:not(.compact) .n,
      ol:not(.compact) .num,
      ol:not(.compact) .tail {
        grid-row: 1 / span 2;
      }
      .who {
        flex-wrap: wrap;
      }
    }
    li.none {
      display: block;
      padding: var(--kk-2) 0;
    }
    .n {
      font: var(--mat-sys-body-small);
      color: var(--mat-sys-on-surface-variant);
    }
    .who {
      display: flex;
      gap: var(--kk-2);
      align-items: baseline;
      min-width: 0;
      white-space: nowrap;
    }
    a {
      color: var(--mat-sys-on-surface);
      text-decoration: none;
    }
    a:hover {
      text-decoration: underline;
    }
    a.plain {
      pointer-events: none;
    }
    .tail {
      text-align: right;
    }
    .later {
      margin-top: var(--kk-4);
    }
  `,
})
export class Queue {
  /** For a side pane: two lines a person, no amounts. */
  readonly isCompact = input(false);
  readonly #today = inject(TodayStore);
  readonly #words = inject(Words);
  protected readonly state = inject(DeskState);
  protected readonly rows = computed(() => this.state.upcoming().slice(0, SHOWN));
  protected readonly isIdle = computed(() => this.state.phase() === 'idle');

  protected resultWord(code: ResultCode): string {
    return this.#words.say(`calls.result.${code}`);
  }

  protected namesOf(row: CaseRow): string {
    return row.categories.map((code) => this.#today.shortNameOf(code)).join(' ・ ');
  }
}
