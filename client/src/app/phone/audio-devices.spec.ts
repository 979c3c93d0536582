import { TestBed } from '@angular/core/testing';
import { AudioDevices } from './audio-devices';

const device = (kind: MediaDeviceKind, deviceId: string, label: string): MediaDeviceInfo => ({
  kind,
  deviceId,
  label,
  groupId: 'g',
  toJSON: () => ({}),
});

describe('AudioDevices', () => {
  let plugged: MediaDeviceInfo[];

  beforeEach(() => {
    localStorage.removeItem('kk.phone.devices');
    plugged = [
      device('audioinput', 'default', 'Default'),
      device('audioinput', 'mic-1', 'Headset A'),
      device('audioinput', 'mic-2', 'Headset B'),
      device('audiooutput', 'out-1', 'Headset A'),
    ];
    spyOn(navigator.mediaDevices, 'enumerateDevices').and.callFake(() => Promise.resolve(plugged));
  });
  afterEach(() => localStorage.removeItem('kk.phone.devices'));

  it('lists each device once, without the doubles called default', async () => {
    const devices = TestBed.inject(AudioDevices);
    await devices.refresh();
    expect(devices.inputs().map((each) => each.label)).toEqual(['Headset A', 'Headset B']);
  });

  it('remembers a choice and finds it again by its label when the id has changed', async () => {
    const before = TestBed.inject(AudioDevices);
    await before.refresh();
    before.choose('input', 'mic-2');

    TestBed.resetTestingModule();
    plugged = [device('audioinput', 'mic-9', 'Headset B')];
    const after = TestBed.inject(AudioDevices);
    await after.refresh();
    expect(after.chosenId('input')).toBe('mic-9');
    expect(after.notice()).toBeNull();
  });

  it('falls back to the default and says so when the chosen device is unplugged', async () => {
    const devices = TestBed.inject(AudioDevices);
    await devices.refresh();
    devices.choose('input', 'mic-2');
    plugged = plugged.filter((each) => each.deviceId !== 'mic-2');
    await devices.refresh();
    expect(devices.chosenId('input')).toBeNull();
    expect(devices.notice()).toEqual({ use: 'input', label: 'Headset B' });
  });

  it('counts a change only when something has changed', async () => {
    const devices = TestBed.inject(AudioDevices);
    await devices.refresh();
    const before = devices.changes();
    await devices.refresh();
    expect(devices.changes()).toBe(before);
  });
});
