import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { provideTranslocoScope, TranslocoDirective } from '@jsverse/transloco';
import { Icon, type IconName } from '../design/icon';
import { AudioDevices } from './audio-devices';
import { Phone } from './phone';
import { PhoneSettings } from './phone-settings';
import type { PhoneState } from './phone-state';

const STATE_ICONS: Record<PhoneState['name'], IconName> = {
  off: 'headset_mic',
  'needs-microphone': 'mic_off',
  connecting: 'headset_mic',
  ready: 'headset_mic',
  reconnecting: 'sync_problem',
  refused: 'link_off',
};

/** The phone in one word, for the top bar; opens the phone's settings. */
@Component({
  selector: 'kk-phone-status',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, PhoneSettings, TranslocoDirective],
  providers: [provideTranslocoScope('phone')],
  template: `
    <ng-container *transloco="let t; prefix: 'phone'">
      <button
        #trigger
        type="button"
        class="btn small quiet"
        data-testid="phone-state"
        [attr.data-state]="name()"
        [attr.aria-expanded]="isOpen()"
        (click)="isOpen.set(!isOpen())"
      >
        <span class="row" [class.bad]="isBroken()" [class.warn]="!isBroken() && name() !== 'ready'" role="status">
          <kk-icon [name]="icon()" size="s" />{{ t('state.' + name()) }}
          @if (devices.notice()) {
            <kk-icon class="warn" name="usb" size="s" />
          }
        </span>
      </button>
      @if (isOpen()) {
        <kk-phone-settings (closed)="isOpen.set(false); trigger.focus()" />
      }
    </ng-container>
  `,
  styles: `
    :host {
      display: flex;
      align-items: center;
    }
  `,
})
export class PhoneStatus {
  readonly #phone = inject(Phone);
  protected readonly devices = inject(AudioDevices);
  protected readonly isOpen = signal(false);
  protected readonly name = computed(() => this.#phone.state().name);
  protected readonly icon = computed(() => STATE_ICONS[this.name()]);
  protected readonly isBroken = computed(() => this.name() === 'needs-microphone' || this.name() === 'refused');
}
