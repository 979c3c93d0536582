import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Empty } from '../design/empty';
import { JoinedCallStore } from '../live-calls/joined-call-store';
import { Phone } from '../phone/phone';

/** Where an interpreter waits to be asked into a call; the call itself is in the bar above. */
@Component({
  selector: 'kk-interpreter-desk',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Empty, TranslocoDirective],
  template: `
    <ng-container *transloco="let t; prefix: 'live'">
      @if (joined.call() === null) {
        <kk-empty [text]="t(phone.isReady() ? 'interpreter_waiting' : 'interpreter_no_phone')" />
      } @else if (joined.isInvited()) {
        <kk-empty [text]="t('interpreter_invited')" />
      } @else {
        <kk-empty [text]="t(joined.call()?.isPrivate ? 'interpreter_private' : 'interpreter_talking')" />
      }
    </ng-container>
  `,
})
export class InterpreterDesk {
  protected readonly joined = inject(JoinedCallStore);
  protected readonly phone = inject(Phone);
}
