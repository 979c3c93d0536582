import { ChangeDetectionStrategy, Component, computed, DestroyRef, inject, signal } from '@angular/core';
import { RouterLink } from '@angular/router';
import { provideTranslocoScope, TranslocoDirective } from '@jsverse/transloco';
import type { RecordingAlarm } from '#contracts/recordings.contract';
import { Icon } from '../design/icon';
import { Api } from '../platform/api';
import { Session } from '../platform/session';
import { SocketLink } from '../platform/socket-link';

/** A strip across a supervisor's screen while something about recordings needs a look; nothing for anybody else. */
@Component({
  selector: 'kk-recording-alarms',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, RouterLink, TranslocoDirective],
  providers: [provideTranslocoScope('recordings')],
  template: `
    @if (first(); as alarm) {
      <section *transloco="let t; prefix: 'recordings.alarm'" role="alert" data-testid="recording-alarm" [attr.data-kind]="alarm.kind">
        <kk-icon [name]="alarm.kind === 'disk-low' ? 'warning' : 'error'" [filled]="true" />
        <p>
          <strong>{{ t(alarm.kind, { seconds: alarm.seconds, freePct: alarm.freePct }) }}</strong>
          @if (alarms().length > 1) {
            {{ t('more', { count: alarms().length - 1 }) }}
          }
        </p>
        @if (alarm.callId) {
          <a class="btn small" routerLink="/recordings" [queryParams]="{ show: alarm.kind === 'gap' ? 'gaps' : null }">{{ t('show') }}</a>
        }
        <button class="btn small" type="button" (click)="acknowledge(alarm)">{{ t('seen') }}</button>
      </section>
    }
  `,
  styles: `
    section {
      display: flex;
      gap: var(--kk-3);
      align-items: center;
      padding: var(--kk-1) var(--kk-4);
      background: var(--mat-sys-error-container);
      color: var(--mat-sys-on-error-container);
    }
    section[data-kind='disk-low'] {
      background: var(--mat-sys-tertiary-container);
      color: var(--mat-sys-on-tertiary-container);
    }
    p {
      flex: 1;
    }
  `,
})
export class RecordingAlarms {
  readonly #api = inject(Api);
  readonly #link = inject(SocketLink);
  protected readonly alarms = signal<readonly RecordingAlarm[]>([]);
  protected readonly first = computed(() => this.alarms()[0] ?? null);

  constructor() {
    if (!inject(Session).can('recordings.list')) return;
    const stops = [
      this.#link.on('recordings:alarms', (alarms) => this.alarms.set(alarms)),
      this.#link.onReconnect(() => void this.#watch()),
    ];
    inject(DestroyRef).onDestroy(() => stops.forEach((stop) => stop()));
    void this.#watch();
  }

  protected async acknowledge({ id }: RecordingAlarm): Promise<void> {
    const path = `/api/recordings/alarms/${encodeURIComponent(id)}/acknowledge`;
    // What could not be acknowledged stays on screen, which says enough.
    await this.#api.post<RecordingAlarm[]>(path).then(
      (left) => this.alarms.set(left),
      () => undefined,
    );
  }

  async #watch(): Promise<void> {
    await this.#link.command('recordings:watch', {}).then(
      (alarms) => this.alarms.set(alarms),
      // Offline: the next connection asks again.
      () => undefined,
    );
  }
}
