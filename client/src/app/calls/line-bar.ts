import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { NavigationEnd, Router, RouterLink } from '@angular/router';
import { provideTranslocoScope, TranslocoDirective } from '@jsverse/transloco';
import { filter, map } from 'rxjs';
import { Duration } from '../design/duration';
import { Icon } from '../design/icon';
import { KeyHint } from '../design/key-hint';
import { StateTag } from '../design/state-tag';
import { PhoneTrouble } from '../phone/phone-trouble';
import { isMicrophoneNeeded, timerOf, toneOf } from './call-phase';
import { CallLine } from './call-line';
import { CallStore } from './call-store';

/** For the shell, on every page: brings the line up, says what is wrong with the phone, and leads back to a running call. */
@Component({
  selector: 'kk-line-bar',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Duration, Icon, KeyHint, PhoneTrouble, RouterLink, StateTag, TranslocoDirective],
  providers: [provideTranslocoScope('calls')],
  template: `
    <kk-phone-trouble />
    @if (isAway() && times(); as running) {
      <section *transloco="let t; prefix: 'calls'" [class]="tone()" [attr.aria-label]="t('call')" data-testid="line-bar">
        <kk-state-tag [state]="tone()" [label]="t('phase.' + calls.phase())" />
        <strong><kk-duration [since]="running.since" [until]="running.until" /></strong>
        <span>{{ calls.call()?.numberDisplay }}</span>
        <a class="btn small" routerLink="/desk"><kk-icon name="arrow_back" size="s" />{{ t('back_to_desk') }}</a>
        @if (canHangUp()) {
          <button type="button" class="btn small stop" (click)="line.hangUp()">
            <kk-icon name="call_end" size="s" [filled]="true" />{{ t('hang_up') }} <kk-key-hint keys="F4" />
          </button>
        }
      </section>
    }
  `,
  styles: `
    section {
      display: flex;
      gap: var(--kk-3);
      align-items: center;
      min-height: 2.5rem;
      padding: 0 var(--kk-4);
      background: var(--mat-sys-surface-container-lowest);
      border-bottom: 3px solid var(--kk-wrap);
    }
    section.talk {
      border-bottom-color: var(--kk-talk);
    }
    section.ring {
      background: var(--kk-ring-tint);
      border-bottom-color: var(--kk-ring);
    }
    a {
      margin-left: auto;
    }
  `,
})
export class LineBar {
  readonly #router = inject(Router);
  protected readonly calls = inject(CallStore);
  protected readonly line = inject(CallLine);
  protected readonly tone = computed(() => toneOf(this.calls.phase()));
  protected readonly canHangUp = computed(() => isMicrophoneNeeded(this.calls.phase()));
  protected readonly times = computed(() => {
    const call = this.calls.call();
    return call && timerOf(call);
  });
  readonly #url = toSignal(
    this.#router.events.pipe(
      filter((event) => event instanceof NavigationEnd),
      map(() => this.#router.url),
    ),
    { initialValue: this.#router.url },
  );
  protected readonly isAway = computed(() => this.calls.phase() !== 'idle' && !this.#url().startsWith('/desk'));

  constructor() {
    // The desk is fetched before a call rings on another page, not when it rings.
    void import('./desk.routes');
  }
}
