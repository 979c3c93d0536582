import type { ElementRef } from '@angular/core';
import { ChangeDetectionStrategy, Component, DestroyRef, effect, inject, output, signal, viewChild } from '@angular/core';
import { provideTranslocoScope, TranslocoDirective } from '@jsverse/transloco';
import { Banner } from '../design/banner';
import { Icon } from '../design/icon';
import { Meter } from '../design/meter';
import { Shortcuts } from '../platform/shortcuts';
import { AudioDevices, DEVICE_USES, type DeviceUse } from './audio-devices';
import { HeadsetCheck } from './headset-check';
import { Microphone } from './microphone';
import { Phone } from './phone';

/** Which microphone, which ear-piece, where it rings; and the headset check. Sits in a side sheet beside the work. */
@Component({
  selector: 'kk-phone-settings',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Banner, HeadsetCheck, Icon, Meter, TranslocoDirective],
  providers: [provideTranslocoScope('phone')],
  templateUrl: './phone-settings.html',
  styleUrl: './phone-settings.css',
})
export class PhoneSettings {
  readonly closed = output();

  protected readonly leaveButton = viewChild<ElementRef<HTMLElement>>('leaveButton');
  readonly #microphone = inject(Microphone);
  protected readonly phone = inject(Phone);
  protected readonly devices = inject(AudioDevices);
  protected readonly uses = DEVICE_USES;
  protected readonly isProcessed = signal(this.#microphone.isProcessed());

  constructor() {
    void this.devices.refresh();
    effect(() => this.leaveButton()?.nativeElement.focus());
    const shortcuts = inject(Shortcuts);
    inject(DestroyRef).onDestroy(shortcuts.register('Escape', () => this.closed.emit(), { inTextFields: true }));
  }

  protected listFor(use: DeviceUse) {
    return use === 'input' ? this.devices.inputs() : this.devices.outputs();
  }

  protected choose(use: DeviceUse, event: Event): void {
    if (event.target instanceof HTMLSelectElement) this.devices.choose(use, event.target.value || null);
  }

  protected toggleProcessing(): void {
    this.isProcessed.update((processed) => !processed);
    this.#microphone.setProcessed(this.isProcessed());
    void this.phone.reopenMicrophone();
  }
}
