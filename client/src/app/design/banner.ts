import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { Icon, type IconName } from './icon';

const ICONS = { warn: 'warning', bad: 'error', good: 'check_circle' } as const;

/** One sentence across the screen or a pane, in reserved tone: attention, refusal or good news. */
@Component({
  selector: 'kk-banner',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon],
  template: '<kk-icon [name]="drawing()" /><p><ng-content /></p>',
  styles: `
    :host {
      display: flex;
      align-items: center;
      gap: var(--kk-2);
      min-height: 2rem;
      padding: 0.25rem var(--kk-4);
      background: var(--mat-sys-tertiary-container);
      color: var(--mat-sys-on-tertiary-container);
    }
    :host(.bad) {
      background: var(--mat-sys-error-container);
      color: var(--mat-sys-on-error-container);
    }
    :host(.good) {
      background: var(--kk-ready-tint);
      color: var(--mat-sys-on-surface);
    }
  `,
  host: { '[class]': 'tone()', '[attr.role]': 'live() ? "status" : null' },
})
export class Banner {
  readonly tone = input<'warn' | 'bad' | 'good'>('warn');
  readonly icon = input<IconName>();
  /** Read aloud when it appears. */
  readonly live = input(false);

  protected readonly drawing = computed(() => this.icon() ?? ICONS[this.tone()]);
}
