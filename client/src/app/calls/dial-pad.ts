import { ChangeDetectionStrategy, Component, DestroyRef, ElementRef, inject, output, signal } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Shortcuts } from '../platform/shortcuts';
import { CallStore } from './call-store';

const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'] as const;
const SHOWN_DIGITS = 16;

/** Sends digits to the other side (RFC 4733 events, made by the gateway); by click or, while it is open, by key. */
@Component({
  selector: 'kk-dial-pad',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [TranslocoDirective],
  template: `
    <div *transloco="let t; prefix: 'calls.dial_pad'" role="group" [attr.aria-label]="t('label')">
      <output [attr.aria-label]="t('sent')" data-testid="dialpad-sent">{{ sent() || ' ' }}</output>
      @for (key of keys; track key) {
        <button type="button" class="btn" [attr.data-testid]="'dialpad-' + key" (click)="press(key)">{{ key }}</button>
      }
      <p class="label">{{ t('help') }}</p>
    </div>
  `,
  styles: `
    :host {
      position: absolute;
      top: calc(100% + var(--kk-2));
      right: 0;
      z-index: 10;
    }
    div {
      display: grid;
      grid-template-columns: repeat(3, 3.25rem);
      gap: var(--kk-2);
      padding: var(--kk-3);
      border-radius: var(--kk-radius-l);
      background: var(--mat-sys-surface-container-lowest);
      box-shadow: var(--kk-float);
    }
    .btn {
      min-height: 3rem;
      font-size: 1.125rem;
    }
    output {
      grid-column: 1 / -1;
      overflow: hidden;
      font-weight: var(--kk-bold);
      text-align: right;
      white-space: nowrap;
    }
    p {
      grid-column: 1 / -1;
    }
  `,
  host: { '(keydown.escape)': 'closed.emit()' },
})
export class DialPad {
  readonly closed = output();
  readonly #calls = inject(CallStore);
  protected readonly keys = KEYS;
  protected readonly sent = signal('');

  constructor() {
    const host = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
    const shortcuts = inject(Shortcuts);
    const taken = [
      ...KEYS.map((key) => shortcuts.register(key, () => this.press(key))),
      shortcuts.register('Shift+#', () => this.press('#')),
      shortcuts.register('Shift+*', () => this.press('*')),
      shortcuts.register('Escape', () => this.closed.emit()),
    ];
    const leave = (event: PointerEvent): void => {
      const isOutside = event.target instanceof Node && !host.parentElement?.contains(event.target);
      if (isOutside) this.closed.emit();
    };
    document.addEventListener('pointerdown', leave);
    inject(DestroyRef).onDestroy(() => {
      taken.forEach((giveBack) => giveBack());
      document.removeEventListener('pointerdown', leave);
    });
  }

  protected press(key: string): void {
    this.sent.update((sent) => (sent + key).slice(-SHOWN_DIGITS));
    void this.#calls.sendDigits(key);
  }
}
