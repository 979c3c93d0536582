import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { TranslocoPipe } from '@jsverse/transloco';
import type { GateReason, GateVerdict } from '#contracts/cases.contract';
import { Icon } from './icon';

/** Why a call may or may not be placed now, rule by rule. The server decided; this only says it. */
@Component({
  selector: 'kk-gate-reasons',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, TranslocoPipe],
  template: `
    <ul>
      @for (reason of verdict().reasons; track reason.code) {
        @let isShown = reason.passed ? 'passed' : isEnforced(reason) ? 'refused' : 'not-enforced';
        <li [class]="isShown">
          <kk-icon [name]="icons[isShown]" size="s" />
          <span>{{ 'kit.gate.' + reason.code + (reason.passed ? '.passed' : '.refused') | transloco: reason.values }}</span>
          <span class="figure-of">
            @switch (figureOf(reason)) {
              @case ('count') {
                {{ reason.values['count'] }} / {{ reason.values['limit'] }}
              }
              @case ('flags') {
                {{ reason.values['flags'] }}
              }
              @case ('demo') {
                {{ 'kit.gate.demo' | transloco }}
              }
              @case ('hours') {
                {{ reason.values['from'] }} – {{ reason.values['until'] }}
              }
              @case ('until') {
                {{ (reason.passed ? 'kit.gate.until' : 'kit.gate.opens') | transloco: reason.values }}
              }
            }
          </span>
        </li>
      }
    </ul>
  `,
  styles: `
    ul {
      display: grid;
    }
    li {
      display: grid;
      grid-template-columns: 1rem 1fr auto;
      gap: var(--kk-2);
      align-items: baseline;
      padding: 0.1875rem 0;
    }
    kk-icon {
      color: var(--kk-ready);
    }
    .refused {
      color: var(--mat-sys-error);
      font-weight: var(--kk-bold);
    }
    .not-enforced {
      color: var(--mat-sys-tertiary);
    }
    .refused kk-icon,
    .not-enforced kk-icon {
      color: inherit;
    }
    .figure-of {
      font: var(--mat-sys-body-small);
      color: var(--mat-sys-on-surface-variant);
      white-space: nowrap;
    }
  `,
})
export class GateReasons {
  readonly verdict = input.required<GateVerdict>();

  protected readonly icons = { passed: 'check', refused: 'block', 'not-enforced': 'info' } as const;

  /** In a demonstration the limits are shown but do not stop a call. */
  protected isEnforced({ values }: GateReason): boolean {
    return values['enforced'] !== 'no';
  }

  /** Which of the reason's figures stands at the right end. */
  protected figureOf({ passed, values }: GateReason): 'count' | 'flags' | 'demo' | 'hours' | 'until' | undefined {
    if ('count' in values && 'limit' in values) return 'count';
    if ('flags' in values) return 'flags';
    if (values['mode'] === 'demo') return 'demo';
    if (!passed && 'from' in values && 'until' in values) return 'hours';
    return 'until' in values ? 'until' : undefined;
  }
}
