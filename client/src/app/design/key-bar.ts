import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { TranslocoPipe } from '@jsverse/transloco';
import { KeyHint } from './key-hint';

export interface KeyWord {
  readonly keys: string;
  readonly word: string;
}

/** The bottom line of a working screen: what the keys do here. What is projected stands at the right end. */
@Component({
  selector: 'kk-key-bar',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [KeyHint, TranslocoPipe],
  template: `
    <ul [attr.aria-label]="'kit.keys' | transloco">
      @for (hint of hints(); track hint.keys) {
        <li><kk-key-hint [keys]="hint.keys" /> {{ hint.word }}</li>
      }
    </ul>
    <div class="right"><ng-content /></div>
  `,
  styles: `
    :host {
      display: flex;
      align-items: center;
      gap: var(--kk-5);
      min-height: var(--kk-keybar);
      padding: 0 var(--kk-4);
      overflow: hidden;
      background: var(--mat-sys-surface-container);
      border-top: var(--kk-hairline);
      color: var(--mat-sys-on-surface-variant);
      font: var(--mat-sys-body-small);
      white-space: nowrap;
    }
    ul {
      display: flex;
      gap: var(--kk-5);
    }
    li {
      display: inline-flex;
      align-items: center;
      gap: 0.375rem;
    }
    kk-key-hint {
      color: var(--mat-sys-on-surface);
    }
    .right {
      display: flex;
      align-items: center;
      gap: var(--kk-3);
      margin-left: auto;
    }
  `,
})
export class KeyBar {
  readonly hints = input<readonly KeyWord[]>([]);
}
