import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { TranslocoPipe } from '@jsverse/transloco';
import { Icon } from './icon';
import { KeyHint } from './key-hint';
import { Toasts } from './toasts';

/** Where toasts appear: bottom centre, above the key bar. The shell holds the only one. */
@Component({
  selector: 'kk-toast-outlet',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, KeyHint, TranslocoPipe],
  template: `
    <div aria-live="polite">
      @if (toasts.current(); as toast) {
        <div
          class="toast"
          role="status"
          (mouseenter)="toasts.pause(true)"
          (mouseleave)="toasts.pause(false)"
          (focusin)="toasts.pause(true)"
          (focusout)="toasts.pause(false)"
        >
          <kk-icon [name]="toast.icon ?? 'check_circle'" [filled]="true" />
          <span>{{ toast.text }}</span>
          @if (toast.undo) {
            <button class="btn quiet small" type="button" (click)="toasts.undo()">
              {{ 'kit.undo' | transloco }} <kk-key-hint keys="Ctrl+Z" />
            </button>
          }
          <span class="count" aria-hidden="true">{{ toasts.secondsLeft() }}</span>
          <i class="left" [style.transform]="'scaleX(' + toasts.left() + ')'"></i>
        </div>
      }
    </div>
  `,
  styleUrl: './toast-outlet.scss',
})
export class ToastOutlet {
  protected readonly toasts = inject(Toasts);
}
