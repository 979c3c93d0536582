import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { FILLED_ICON_PATHS, ICON_PATHS, type IconName } from './icons.generated';

export type { IconName };

/** A Material Symbol. Never read aloud: a word stands beside it, or the control carries an aria-label. */
@Component({
  selector: 'kk-icon',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: '<svg viewBox="0 -960 960 960" aria-hidden="true" focusable="false"><path [attr.d]="path()" /></svg>',
  styles: `
    :host {
      display: inline-block;
      flex: none;
      width: 1.25rem;
      height: 1.25rem;
      vertical-align: -0.25em;
    }
    :host(.s) {
      width: 1rem;
      height: 1rem;
      vertical-align: -0.18em;
    }
    :host(.l) {
      width: 1.5rem;
      height: 1.5rem;
    }
    svg {
      display: block;
      width: 100%;
      height: 100%;
      fill: currentColor;
    }
  `,
  host: { '[class]': 'size()' },
})
export class Icon {
  readonly name = input.required<IconName>();
  readonly size = input<'s' | 'm' | 'l'>('m');
  readonly filled = input(false);

  protected readonly path = computed(() => {
    const filled = this.filled() ? FILLED_ICON_PATHS[this.name()] : undefined;
    return filled ?? ICON_PATHS[this.name()];
  });
}
