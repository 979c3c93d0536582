import { NgTemplateOutlet } from '@angular/common';
import { ChangeDetectionStrategy, Component, contentChild, input, TemplateRef } from '@angular/core';
import { ClockTime } from './clock-time';
import { Icon, type IconName } from './icon';

export interface TimelineItem {
  readonly id: string;
  /** Instant. */
  readonly at: string;
  readonly icon: IconName;
  readonly title: string;
  /** The datum of the line, in bold after the title. */
  readonly strong?: string;
  readonly detail?: string;
}

/** What happened, newest first as given. A template inside draws an entry's own actions: <ng-template let-item>. */
@Component({
  selector: 'kk-timeline',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [ClockTime, Icon, NgTemplateOutlet],
  template: `
    <ol>
      @for (entry of entries(); track entry.id) {
        <li>
          <kk-clock-time [at]="entry.at" form="when" />
          <kk-icon [name]="entry.icon" />
          <div>
            <p>
              {{ entry.title }} <strong>{{ entry.strong }}</strong>
              @if (actions(); as template) {
                <ng-container [ngTemplateOutlet]="template" [ngTemplateOutletContext]="{ $implicit: entry }" />
              }
            </p>
            @if (entry.detail) {
              <p class="detail">{{ entry.detail }}</p>
            }
          </div>
        </li>
      }
    </ol>
  `,
  styles: `
    li {
      display: grid;
      grid-template-columns: 5.5rem 1.25rem 1fr;
      gap: var(--kk-2);
      padding: 0.4375rem 0;
    }
    li + li {
      border-top: var(--kk-hairline);
    }
    kk-clock-time {
      font: var(--mat-sys-body-small);
      line-height: var(--kk-line-data);
      color: var(--mat-sys-on-surface-variant);
    }
    kk-icon {
      width: 1.125rem;
      height: 1.125rem;
      margin-top: 0.0625rem;
      color: var(--mat-sys-on-surface-variant);
    }
    .detail {
      font: var(--mat-sys-body-small);
      color: var(--mat-sys-on-surface-variant);
    }
  `,
})
export class Timeline {
  readonly entries = input.required<readonly TimelineItem[]>();
  protected readonly actions = contentChild<TemplateRef<{ $implicit: TimelineItem }>>(TemplateRef);
}
