import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { TranslocoPipe, TranslocoService } from '@jsverse/transloco';
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
        <li [class.refused]="!reason.passed">
          <kk-icon [name]="reason.passed ? 'check' : 'block'" size="s" />
          <span>{{ 'kit.gate.' + reason.code + (reason.passed ? '.passed' : '.refused') | transloco: reason.values }}</span>
          @if (figures()[reason.code]; as figure) {
            <span class="figure-of">{{ figure }}</span>
          }
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
    .refused kk-icon {
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
  readonly #transloco = inject(TranslocoService);

  protected readonly figures = computed(() =>
    Object.fromEntries(this.verdict().reasons.map((reason) => [reason.code, this.#figureOf(reason)])),
  );

  #figureOf({ values }: GateReason): string {
    if ('count' in values && 'limit' in values) return `${values['count']} / ${values['limit']}`;
    if ('until' in values) return this.#transloco.translate('kit.gate.until', values);
    if ('from' in values) return this.#transloco.translate('kit.gate.from', values);
    return 'flags' in values ? String(values['flags']) : '';
  }
}
