import { ChangeDetectionStrategy, Component, computed, DestroyRef, inject } from '@angular/core';
import { provideTranslocoScope, TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '../design/icon';
import { Meter } from '../design/meter';
import { HeadsetTrial, type HeadsetVerdict } from './headset-trial';
import type { IconName } from '../design/icon';

const VERDICT_ICONS: Record<HeadsetVerdict, IconName> = { silent: 'mic_off', quiet: 'volume_up', good: 'check', loud: 'warning' };

/** Speak, see the meter, hear yourself a second later. For the log-in screen and the phone's settings. */
@Component({
  selector: 'kk-headset-check',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, Meter, TranslocoDirective],
  providers: [HeadsetTrial, provideTranslocoScope('phone')],
  template: `
    <section *transloco="let t; prefix: 'phone.check'" [attr.aria-label]="t('title')">
      <div class="section-head">
        <h3>{{ t('title') }}</h3>
        <span class="label push" role="status">{{ trial.isRunning() ? t('speak', { seconds: trial.secondsLeft() }) : '' }}</span>
      </div>
      <div class="line">
        <kk-icon name="mic" />
        <div class="what">
          <p>{{ trial.deviceName() || t('microphone') }}</p>
          <kk-meter form="segments" [level]="trial.level()" [label]="t('level')" />
        </div>
        @if (trial.verdict(); as verdict) {
          <span class="row" [class.good]="verdict === 'good'" [class.warn]="verdict !== 'good'" data-testid="headset-verdict">
            <kk-icon [name]="verdictIcon()" size="s" />{{ t('verdict.' + verdict) }}
          </span>
        }
      </div>
      <div class="line">
        <kk-icon name="headphones" />
        <div class="what">
          <p>{{ t('echo') }}</p>
          <p class="label">{{ t('private') }}</p>
        </div>
        <button
          type="button"
          class="btn small"
          (click)="trial.start()"
          [disabled]="trial.isRunning()"
          data-testid="headset-check"
        >
          <kk-icon [name]="trial.verdict() ? 'replay' : 'play_arrow'" size="s" />{{ trial.verdict() ? t('again') : t('start') }}
        </button>
      </div>
      @if (trial.problem(); as problem) {
        <p class="field-error" role="alert"><kk-icon name="mic_off" size="s" />{{ t('problem.' + problem) }}</p>
      }
    </section>
  `,
  styles: `
    section {
      display: grid;
      gap: var(--kk-3);
    }
    .section-head {
      margin: 0;
    }
    .line {
      display: grid;
      grid-template-columns: 1.75rem minmax(0, 1fr) auto;
      gap: var(--kk-3);
      align-items: center;
    }
    .what p {
      overflow-wrap: anywhere;
    }
  `,
})
export class HeadsetCheck {
  protected readonly trial = inject(HeadsetTrial);
  protected readonly verdictIcon = computed(() => VERDICT_ICONS[this.trial.verdict() ?? 'good']);

  constructor() {
    inject(DestroyRef).onDestroy(() => this.trial.stop());
  }
}
