import type { ElementRef } from '@angular/core';
import { ChangeDetectionStrategy, Component, effect, input, output, viewChild } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import type { CallId } from '#contracts/ids.contract';
import { Icon } from '../design/icon';
import { RecordingPlayer } from '../recordings/recording-player';

/** Plays a recording in a side sheet; the desk stays usable. The player is fetched when the first one is opened. */
@Component({
  selector: 'kk-recording-sheet',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, RecordingPlayer, TranslocoDirective],
  template: `
    <aside *transloco="let t; prefix: 'calls.history'" role="dialog" [attr.aria-label]="t('player')" (keydown.escape)="close()">
      <header class="between">
        <h2>{{ t('player') }}</h2>
        <button #leaveButton type="button" class="btn small square quiet" [attr.aria-label]="t('close')" (click)="close()">
          <kk-icon name="close" />
        </button>
      </header>
      @defer (on immediate) {
        <kk-recording-player [callId]="callId()" />
      }
    </aside>
  `,
  styles: `
    /* Beside the work, not below it: a host in the flow would take a row of the desk. */
    :host {
      position: absolute;
      inset: 0 0 0 auto;
      z-index: 5;
      width: min(30rem, 100vw);
    }
    aside {
      height: 100%;
      overflow: auto;
      background: var(--mat-sys-surface-container-low);
      border-left: var(--kk-hairline);
      box-shadow: var(--kk-float);
    }
    header {
      padding: var(--kk-3) var(--kk-4);
      border-bottom: var(--kk-hairline);
    }
    h2 {
      font: var(--mat-sys-title-medium);
    }
    kk-recording-player {
      display: block;
      padding: var(--kk-4);
    }
  `,
})
export class RecordingSheet {
  readonly callId = input.required<CallId>();
  readonly closed = output();
  protected readonly leaveButton = viewChild<ElementRef<HTMLElement>>('leaveButton');
  #opener: Element | null = null;

  constructor() {
    // Another recording may be opened while the sheet is there: each takes the focus and remembers its own button.
    effect(() => {
      this.callId();
      const leave = this.leaveButton()?.nativeElement;
      if (!leave) return;
      this.#opener = document.activeElement;
      leave.focus();
    });
  }

  protected close(): void {
    if (this.#opener instanceof HTMLElement) this.#opener.focus();
    this.closed.emit();
  }
}
