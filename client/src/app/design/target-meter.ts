import { ChangeDetectionStrategy, Component, input } from '@angular/core';

/** A rate against its target, both in percent. The figure itself stands beside it in text. */
@Component({
  selector: 'kk-target-meter',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: '<i [style.width.%]="value()"></i><b [style.left.%]="target()"></b>',
  styles: `
    :host {
      position: relative;
      display: block;
      height: 0.5rem;
      background: var(--mat-sys-surface-container-high);
    }
    i {
      position: absolute;
      inset: 0 auto 0 0;
      max-width: 100%;
      background: var(--kk-chart-1);
    }
    b {
      position: absolute;
      top: -0.1875rem;
      bottom: -0.1875rem;
      width: 2px;
      background: var(--kk-chart-target);
    }
  `,
  host: {
    role: 'meter',
    '[attr.aria-label]': 'label()',
    'aria-valuemin': '0',
    'aria-valuemax': '100',
    '[attr.aria-valuenow]': 'value()',
  },
})
export class TargetMeter {
  readonly value = input.required<number>();
  readonly target = input.required<number>();
  readonly label = input.required<string>();
}
