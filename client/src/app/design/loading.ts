import { ChangeDetectionStrategy, Component, effect, input, signal } from '@angular/core';
import { TranslocoPipe } from '@jsverse/transloco';

const SHOW_AFTER_MS = 300;

/** A thin line at the top of the nearest positioned parent, only when waiting takes longer than 300 ms. Old content stays. */
@Component({
  selector: 'kk-loading',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [TranslocoPipe],
  template: '@if (isShown()) { <span class="visually-hidden">{{ "kit.loading" | transloco }}</span><i></i> }',
  styles: `
    :host {
      position: absolute;
      inset: 0 0 auto;
      z-index: 2;
      height: 2px;
      pointer-events: none;
    }
    i {
      display: block;
      height: 100%;
      background: var(--mat-sys-primary);
    }
  `,
  host: { role: 'status' },
})
export class Loading {
  readonly busy = input.required<boolean>();
  protected readonly isShown = signal(false);

  constructor() {
    effect((onCleanup) => {
      if (!this.busy()) {
        this.isShown.set(false);
        return;
      }
      const timer = setTimeout(() => this.isShown.set(true), SHOW_AFTER_MS);
      onCleanup(() => clearTimeout(timer));
    });
  }
}
