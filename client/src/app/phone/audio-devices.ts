import { Injectable, signal } from '@angular/core';

export type DeviceUse = 'input' | 'output' | 'ring';
export const DEVICE_USES: readonly DeviceUse[] = ['input', 'output', 'ring'];

export interface AudioDevice {
  id: string;
  label: string;
}

/** A chosen device is no longer there, so the system's default is in use. */
export interface DeviceNotice {
  use: DeviceUse;
  label: string;
}

const CHOICES_KEY = 'kk.phone.devices';

/**
 * The sound devices of this browser and which is used for what. A choice is remembered by id and label, because ids change
 * when the site's storage is cleared and labels when the headset moves to another socket.
 */
@Injectable({ providedIn: 'root' })
export class AudioDevices {
  readonly #inputs = signal<AudioDevice[]>([]);
  readonly #outputs = signal<AudioDevice[]>([]);
  readonly #choices = signal(loadChoices());
  readonly #notice = signal<DeviceNotice | null>(null);

  readonly inputs = this.#inputs.asReadonly();
  readonly outputs = this.#outputs.asReadonly();
  readonly notice = this.#notice.asReadonly();
  readonly #changes = signal(0);
  /** Counts every change in what is plugged in or chosen: effects that hold a device watch it. */
  readonly changes = this.#changes.asReadonly();

  constructor() {
    // The DOM types promise mediaDevices even on insecure pages, where there is none.
    const media = navigator.mediaDevices as MediaDevices | undefined;
    media?.addEventListener('devicechange', () => void this.refresh());
  }

  /** Reads the devices again and says so when a chosen one has gone. */
  async refresh(): Promise<void> {
    const all = await navigator.mediaDevices.enumerateDevices();
    const inputs = devicesOf(all, 'audioinput');
    const outputs = devicesOf(all, 'audiooutput');
    if (isSame(inputs, this.#inputs()) && isSame(outputs, this.#outputs())) return;
    this.#inputs.set(inputs);
    this.#outputs.set(outputs);
    const lost = DEVICE_USES.find((use) => this.#isMissing(use));
    this.#notice.set(lost ? { use: lost, label: this.#choices()[lost]?.label ?? '' } : null);
    this.#changes.update((count) => count + 1);
  }

  /** The device to use, or null for the system's default. */
  chosenId(use: DeviceUse): string | null {
    return this.#find(use)?.id ?? null;
  }

  choose(use: DeviceUse, id: string | null): void {
    const device = this.#listOf(use).find((candidate) => candidate.id === id);
    const choices = { ...this.#choices() };
    if (device) choices[use] = device;
    else delete choices[use];
    this.#choices.set(choices);
    localStorage.setItem(CHOICES_KEY, JSON.stringify(choices));
    this.#notice.set(null);
    this.#changes.update((count) => count + 1);
  }

  #find(use: DeviceUse): AudioDevice | undefined {
    const choice = this.#choices()[use];
    if (!choice) return undefined;
    const list = this.#listOf(use);
    return (
      list.find((device) => device.id === choice.id) ??
      list.find((device) => device.label !== '' && device.label === choice.label)
    );
  }

  #isMissing(use: DeviceUse): boolean {
    // Before the first permission the browser lists devices without ids: nothing can be said about them then.
    return this.#choices()[use] !== undefined && this.#listOf(use).length > 0 && !this.#find(use);
  }

  #listOf(use: DeviceUse): AudioDevice[] {
    return use === 'input' ? this.#inputs() : this.#outputs();
  }
}

function devicesOf(all: MediaDeviceInfo[], kind: MediaDeviceKind): AudioDevice[] {
  // Chromium lists the default device twice, once under the id "default": an unset choice already means that one.
  return all
    .filter(
      (device) =>
        device.kind === kind && device.deviceId !== '' && device.deviceId !== 'default' && device.deviceId !== 'communications',
    )
    .map((device) => ({ id: device.deviceId, label: device.label }));
}

function isSame(left: AudioDevice[], right: AudioDevice[]): boolean {
  return (
    left.length === right.length && left.every((device, at) => device.id === right[at]?.id && device.label === right[at]?.label)
  );
}

function loadChoices(): Partial<Record<DeviceUse, AudioDevice>> {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(CHOICES_KEY) ?? '{}');
    // Written by choose() alone; anything else in there is ignored by the lookups, which compare strings.
    return typeof stored === 'object' && stored !== null ? stored : {};
  } catch {
    return {};
  }
}
