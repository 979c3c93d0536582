import { ChangeDetectionStrategy, Component, input } from '@angular/core';

/** Nothing here: one sentence that says why, and the one next step as content. No illustration. */
@Component({
  selector: 'kk-empty',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: '<p>{{ text() }}</p><ng-content />',
  styles: `
    :host {
      display: grid;
      justify-items: start;
      gap: var(--kk-3);
      padding: var(--kk-6) var(--kk-4);
      color: var(--mat-sys-on-surface-variant);
    }
  `,
})
export class Empty {
  readonly text = input.required<string>();
}
