import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { provideTranslocoScope, TranslocoDirective } from '@jsverse/transloco';
import { Banner } from '../design/banner';
import { Phone } from './phone';

/** A bar that says why the phone cannot be used and what to do about it; absent while all is well. */
@Component({
  selector: 'kk-phone-trouble',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Banner, TranslocoDirective],
  providers: [provideTranslocoScope('phone')],
  template: `
    @if (trouble(); as key) {
      <ng-container *transloco="let t; prefix: 'phone.trouble'">
        <kk-banner [tone]="isBroken() ? 'bad' : 'warn'" [icon]="isBroken() ? 'mic_off' : 'sync_problem'" [live]="true">
          <strong>{{ t(key + '.what') }}</strong> {{ t(key + '.do') }}
          @if (isBroken()) {
            <button type="button" class="btn small" data-testid="phone-retry" (click)="phone.retry()">
              {{ t(key + '.retry') }}
            </button>
          }
        </kk-banner>
      </ng-container>
    }
  `,
  styles: `
    .btn {
      margin-left: var(--kk-2);
    }
  `,
})
export class PhoneTrouble {
  protected readonly phone = inject(Phone);
  protected readonly isBroken = computed(() => ['needs-microphone', 'refused'].includes(this.phone.state().name));

  /** The key of the sentences, or null when there is nothing to say. A first hiccup is not worth a bar. */
  protected readonly trouble = computed(() => {
    const state = this.phone.state();
    if (state.name === 'needs-microphone') return state.problem;
    if (state.name === 'refused') return state.reason;
    return state.name === 'reconnecting' && state.attempt > 1 ? 'reconnecting' : null;
  });
}
