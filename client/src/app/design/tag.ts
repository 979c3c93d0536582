import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { Icon, type IconName } from './icon';

/** A short word on a tone, with an icon where the tone alone would carry the meaning. */
@Component({
  selector: 'kk-tag',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon],
  template: '@if (icon(); as name) { <kk-icon [name]="name" size="s" /> }<ng-content />',
  styles: `
    :host {
      display: inline-flex;
      align-items: center;
      gap: 0.25rem;
      min-height: 1.25rem;
      padding: 0 0.375rem;
      border-radius: var(--kk-radius-s);
      background: var(--mat-sys-surface-container-high);
      color: var(--mat-sys-on-surface);
      font: var(--mat-sys-label-medium);
      vertical-align: middle;
      white-space: nowrap;
    }
    :host(.warn) {
      background: var(--mat-sys-tertiary-container);
      color: var(--mat-sys-on-tertiary-container);
    }
    :host(.bad) {
      background: var(--mat-sys-error-container);
      color: var(--mat-sys-on-error-container);
    }
    :host(.good) {
      background: var(--kk-ready-tint);
    }
    :host(.on) {
      background: var(--mat-sys-secondary-container);
      color: var(--mat-sys-on-secondary-container);
    }
    :host(.line) {
      background: transparent;
      border: 1px solid var(--mat-sys-outline);
      color: var(--mat-sys-on-surface-variant);
    }
  `,
  host: { '[class]': 'tone()' },
})
export class Tag {
  readonly tone = input<'plain' | 'warn' | 'bad' | 'good' | 'on' | 'line'>('plain');
  readonly icon = input<IconName>();
}
