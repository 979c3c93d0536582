import { TestBed } from '@angular/core/testing';
import type { PhoneCredential } from '#contracts/users.contract';
import { Api } from '../platform/api';
import { ProblemError } from '../platform/problem';
import { AudioDevices } from './audio-devices';
import { Microphone, MicrophoneRefused } from './microphone';
import { Phone } from './phone';
import { type LinkLoss, LinkRefused, type PhoneLink, type PhoneLinks } from './phone-links';
import { PhoneTab } from './phone-tab';
import { RemoteAudio } from './remote-audio';
import { PHONE_LINKS } from './sip-links';
import { SoundLevel } from './sound-level';

class FakeLink implements PhoneLink {
  readonly remote = new MediaStream();
  isOpen: boolean | null = null;
  end: 'left' | 'dropped' | null = null;
  lose: (loss: LinkLoss) => void;

  constructor(lose: (loss: LinkLoss) => void) {
    this.lose = lose;
  }
  open(isOpen: boolean): void {
    this.isOpen = isOpen;
  }
  replaceMicrophone(): Promise<void> {
    return Promise.resolve();
  }
  readQuality(): Promise<null> {
    return Promise.resolve(null);
  }
  leave(): Promise<void> {
    this.end = 'left';
    return Promise.resolve();
  }
  drop(): void {
    this.end = 'dropped';
  }
}

class FakeLinks implements PhoneLinks {
  readonly made: FakeLink[] = [];
  failures: Error[] = [];
  connect(_credential: PhoneCredential, _microphone: MediaStreamTrack, lost: (loss: LinkLoss) => void): Promise<PhoneLink> {
    const failure = this.failures.shift();
    if (failure) return Promise.reject(failure);
    const link = new FakeLink(lost);
    this.made.push(link);
    return Promise.resolve(link);
  }
}

const credential = (lifeMs: number): PhoneCredential => ({
  webSocketUri: 'ws://127.0.0.1:1',
  addressOfRecord: 'sip:u@kakehashi',
  username: 'u',
  password: 'p',
  deskUri: 'sip:desk@kakehashi',
  expiresAt: new Date(Date.now() + lifeMs).toISOString(),
});

describe('Phone', () => {
  let links: FakeLinks;
  let microphone: { open: () => Promise<MediaStreamTrack> };
  let api: { post: jasmine.Spy };
  let tab: { claim: jasmine.Spy; release: () => void };
  let phone: Phone;
  const track = (): MediaStreamTrack => new MediaStreamAudioDestinationNode(new AudioContext()).stream.getAudioTracks()[0]!;

  /** Lets every promise that is ready run on; timers stand still under jasmine's clock. */
  async function settle(): Promise<void> {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  }

  beforeEach(() => {
    jasmine.clock().install().mockDate(new Date('2026-12-18T05:00:00.000Z'));
    links = new FakeLinks();
    const one = track();
    microphone = { open: () => Promise.resolve(one) };
    api = { post: jasmine.createSpy('post').and.callFake(() => Promise.resolve(credential(600_000))) };
    tab = { claim: jasmine.createSpy('claim').and.resolveTo(true), release: () => undefined };
    const level = { level: () => 0, stop: () => undefined };
    TestBed.configureTestingModule({
      providers: [
        { provide: PHONE_LINKS, useValue: links },
        { provide: Microphone, useValue: microphone },
        { provide: Api, useValue: api },
        { provide: PhoneTab, useValue: tab },
        { provide: AudioDevices, useValue: { changes: () => 0, chosenId: () => null } },
        {
          provide: RemoteAudio,
          useValue: { play: () => undefined, silence: () => undefined, followOutput: () => Promise.resolve() },
        },
        { provide: SoundLevel, useValue: { read: () => level } },
      ],
    });
    phone = TestBed.inject(Phone);
  });
  afterEach(() => jasmine.clock().uninstall());

  it('comes up with the microphone closed', async () => {
    phone.start();
    await settle();
    expect(phone.state()).toEqual({ name: 'ready' });
    expect(links.made[0]?.isOpen).toBeFalse();
  });

  it('opens and closes the microphone of the link that is up, and of one that comes up later', async () => {
    phone.start();
    await settle();
    phone.openMicrophone(true);
    expect(links.made[0]?.isOpen).toBeTrue();
    links.made[0]?.lose('socket');
    jasmine.clock().tick(200);
    await settle();
    expect(links.made[1]?.isOpen).toBeTrue();
  });

  it('keeps the sound of a broken link until the next one is up', async () => {
    phone.start();
    await settle();
    links.made[0]?.lose('socket');
    expect(phone.state()).toEqual({ name: 'reconnecting', attempt: 1 });
    expect(links.made[0]?.end).toBeNull();
    jasmine.clock().tick(200);
    await settle();
    expect(links.made[0]?.end).toBe('dropped');
    expect(phone.state()).toEqual({ name: 'ready' });
  });

  it('backs off while the gateway is away and comes back by itself', async () => {
    links.failures = [new Error('no'), new Error('no')];
    phone.start();
    await settle();
    expect(phone.state()).toEqual({ name: 'reconnecting', attempt: 1 });
    jasmine.clock().tick(200);
    await settle();
    expect(phone.state()).toEqual({ name: 'reconnecting', attempt: 2 });
    jasmine.clock().tick(499);
    await settle();
    expect(links.made.length).toBe(0);
    jasmine.clock().tick(1);
    await settle();
    expect(phone.state()).toEqual({ name: 'ready' });
  });

  it('tries one fresh credential after a refusal, then says that it was refused', async () => {
    links.failures = [new LinkRefused(403), new LinkRefused(403)];
    phone.start();
    await settle();
    jasmine.clock().tick(200);
    await settle();
    expect(api.post).toHaveBeenCalledTimes(2);
    expect(phone.state()).toEqual({ name: 'refused', reason: 'credential' });
  });

  it('does not try again when the person may not use a phone', async () => {
    api.post.and.rejectWith(new ProblemError('access.denied'));
    phone.start();
    await settle();
    expect(phone.state()).toEqual({ name: 'refused', reason: 'not-permitted' });
  });

  it('says what stands in the way of the microphone and comes up after a retry', async () => {
    const open = microphone.open;
    microphone.open = () => Promise.reject(new MicrophoneRefused('denied'));
    phone.start();
    await settle();
    expect(phone.state()).toEqual({ name: 'needs-microphone', problem: 'denied' });
    microphone.open = open;
    phone.retry();
    await settle();
    expect(phone.state()).toEqual({ name: 'ready' });
  });

  it('renews its credential before it runs out, without a gap', async () => {
    phone.start();
    await settle();
    jasmine.clock().tick(480_000);
    expect(phone.state()).toEqual({ name: 'ready' });
    await settle();
    expect(api.post).toHaveBeenCalledTimes(2);
    expect(links.made[0]?.end).toBe('dropped');
    expect(links.made[1]?.end).toBeNull();
    expect(phone.state()).toEqual({ name: 'ready' });
  });

  it('leaves in good order when it is stopped, and stays down', async () => {
    phone.start();
    await settle();
    await phone.stop();
    expect(links.made[0]?.end).toBe('left');
    links.made[0]?.lose('socket');
    jasmine.clock().tick(60_000);
    await settle();
    expect(links.made.length).toBe(1);
    expect(phone.state()).toEqual({ name: 'off' });
  });

  it('throws away a link that comes up after it was stopped', async () => {
    let bringUp: (link: PhoneLink) => void = () => undefined;
    const late = new FakeLink(() => undefined);
    spyOn(links, 'connect').and.returnValue(new Promise((resolve) => (bringUp = resolve)));
    phone.start();
    await settle();
    await phone.stop();
    bringUp(late);
    await settle();
    expect(late.end).toBe('dropped');
    expect(phone.state()).toEqual({ name: 'off' });
  });

  it('leaves the phone to another tab and takes it over when asked', async () => {
    tab.claim.and.resolveTo(false);
    phone.start();
    await settle();
    expect(phone.state()).toEqual({ name: 'refused', reason: 'other-tab' });
    tab.claim.and.resolveTo(true);
    phone.retry();
    await settle();
    expect(tab.claim.calls.mostRecent().args[0]).toBeTrue();
    expect(phone.state()).toEqual({ name: 'ready' });
  });
});
