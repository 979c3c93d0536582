import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { Icon } from './icon';

/** Data that was not sent, and what opens it. */
@Component({
  selector: 'kk-locked',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon],
  template: `
    <div>
      <kk-icon name="lock" />
      <p class="heading">{{ heading() }}</p>
      <p class="why">{{ text() }}</p>
      <ng-content />
    </div>
  `,
  styles: `
    :host {
      display: grid;
      place-items: center;
      padding: var(--kk-6) var(--kk-4);
      text-align: center;
      background-image: repeating-linear-gradient(
        135deg,
        transparent 0 0.625rem,
        color-mix(in srgb, var(--mat-sys-outline-variant) 55%, transparent) 0.625rem calc(0.625rem + 1px)
      );
    }
    div {
      display: grid;
      justify-items: center;
      gap: var(--kk-1);
      padding: var(--kk-3) var(--kk-5);
      color: var(--mat-sys-on-surface-variant);
      background: var(--mat-sys-surface-container-low);
    }
    kk-icon {
      width: 2rem;
      height: 2rem;
    }
    .heading {
      font-weight: var(--kk-bold);
    }
    .why {
      font: var(--mat-sys-body-small);
    }
  `,
})
export class Locked {
  readonly heading = input.required<string>();
  readonly text = input('');
}
