import { computed, effect, inject, Injectable, signal, untracked } from '@angular/core';
import type { PhoneCredential } from '#contracts/users.contract';
import { Api } from '../platform/api';
import { ProblemError } from '../platform/problem';
import { AudioDevices } from './audio-devices';
import { Microphone, MicrophoneRefused } from './microphone';
import { type LinkQuality, LinkRefused, type PhoneLink } from './phone-links';
import { backOffMs, type PhoneRefusal, type PhoneState, renewalDelayMs } from './phone-state';
import { PhoneTab } from './phone-tab';
import { RemoteAudio } from './remote-audio';
import { PHONE_LINKS } from './sip-links';
import { type LevelReading, SoundLevel } from './sound-level';

/** A link that lived this long was a good one: the next failure starts the back-off from the beginning. */
const STEADY_MS = 10_000;
const QUALITY_EVERY_MS = 3_000;

/**
 * The agent's softphone: one media session with the gateway, up from log-in to log-out. Between calls it is parked: the
 * gateway discards what arrives, and silence is sent in the first place. What the calls do with it is not decided here.
 */
@Injectable({ providedIn: 'root' })
export class Phone {
  readonly #api = inject(Api);
  readonly #links = inject(PHONE_LINKS);
  readonly #microphone = inject(Microphone);
  readonly #devices = inject(AudioDevices);
  readonly #audio = inject(RemoteAudio);
  readonly #soundLevel = inject(SoundLevel);
  readonly #tab = inject(PhoneTab);

  readonly #state = signal<PhoneState>({ name: 'off' });
  readonly #isOpen = signal(false);
  readonly #localReading = signal<LevelReading | null>(null);
  readonly #remoteReading = signal<LevelReading | null>(null);
  readonly #quality = signal<LinkQuality | null>(null);

  readonly state = this.#state.asReadonly();
  readonly isReady = computed(() => this.#state().name === 'ready');
  /** Whether the microphone's sound leaves this browser. */
  readonly isMicrophoneOpen = this.#isOpen.asReadonly();
  readonly localLevel = computed(() => this.#localReading()?.level() ?? 0);
  readonly remoteLevel = computed(() => this.#remoteReading()?.level() ?? 0);
  readonly quality = this.#quality.asReadonly();

  #isWanted = false;
  /** Grows with every start, stop and loss: what an older attempt brings is thrown away. */
  #generation = 0;
  #failures = 0;
  #link: PhoneLink | null = null;
  #track: MediaStreamTrack | null = null;
  /** The input in use: null is the system's default, undefined that it must be opened again. */
  #usedInput: string | null | undefined = null;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #renewTimer: ReturnType<typeof setTimeout> | undefined;
  #steadyTimer: ReturnType<typeof setTimeout> | undefined;
  #qualityTimer: ReturnType<typeof setInterval> | undefined;

  constructor() {
    effect(() => {
      this.#devices.changes();
      untracked(() => void this.#followDevices());
    });
  }

  /** Brings the phone up and keeps it up until stop(). */
  start(): void {
    if (this.#isWanted) return;
    this.#isWanted = true;
    this.#failures = 0;
    void this.#claimTab(false);
  }

  /** Tries again now: after the person has allowed the microphone, plugged in a headset, or chosen this tab. */
  retry(): void {
    if (!this.#isWanted) return this.start();
    this.#failures = 0;
    const state = this.#state();
    void this.#claimTab(state.name === 'refused' && state.reason === 'other-tab');
  }

  /** Hangs the phone up in good order, for log-out. Closing the page does not come here: the gateway then keeps a running call. */
  async stop(): Promise<void> {
    if (!this.#isWanted) return;
    this.#isWanted = false;
    this.#generation++;
    this.#clearTimers();
    const link = this.#link;
    this.#link = null;
    this.#closeMicrophone();
    this.#showRemote(null);
    this.#audio.silence();
    this.#state.set({ name: 'off' });
    await link?.leave();
    this.#tab.release();
  }

  /** Lets the microphone's sound out while somebody is on the line; sends silence otherwise. */
  openMicrophone(isOpen: boolean): void {
    if (untracked(this.#isOpen) === isOpen) return;
    this.#isOpen.set(isOpen);
    this.#link?.open(isOpen);
  }

  /** Opens the microphone again, with the settings as they are now. */
  async reopenMicrophone(): Promise<void> {
    this.#usedInput = undefined;
    await this.#followDevices();
  }

  async #claimTab(takeOver: boolean): Promise<void> {
    this.#state.set({ name: 'connecting' });
    const generation = ++this.#generation;
    const isOurs = await this.#tab.claim(takeOver, () => this.#giveUp('other-tab'));
    if (generation !== this.#generation) return;
    if (isOurs) await this.#bringUp();
    else this.#state.set({ name: 'refused', reason: 'other-tab' });
  }

  async #bringUp(): Promise<void> {
    const generation = ++this.#generation;
    clearTimeout(this.#retryTimer);
    try {
      const track = await this.#openMicrophoneTrack();
      const credential = await this.#api.post<PhoneCredential>('/api/phone/credential');
      if (generation !== this.#generation) return;
      const link = await this.#links.connect(credential, track, () => this.#lostLink(link));
      if (generation === this.#generation) this.#adopt(link, credential);
      else link.drop();
    } catch (error) {
      if (generation === this.#generation) this.#failed(error);
    }
  }

  #adopt(link: PhoneLink, credential: PhoneCredential): void {
    // The old link's media goes on until this moment, so a renewal or a broken socket is not heard in a call.
    this.#link?.drop();
    this.#link = link;
    link.open(this.#isOpen());
    this.#audio.play(link.remote);
    this.#showRemote(link);
    this.#state.set({ name: 'ready' });
    this.#clearTimers();
    this.#steadyTimer = setTimeout(() => (this.#failures = 0), STEADY_MS);
    this.#renewTimer = setTimeout(() => void this.#bringUp(), renewalDelayMs(credential.expiresAt, Date.now()));
    this.#qualityTimer = setInterval(() => void this.#readQuality(link), QUALITY_EVERY_MS);
  }

  #lostLink(link: PhoneLink): void {
    if (link !== this.#link || !this.#isWanted) return;
    this.#tryLater();
  }

  #failed(error: unknown): void {
    if (error instanceof MicrophoneRefused) return this.#state.set({ name: 'needs-microphone', problem: error.problem });
    if (error instanceof ProblemError && (error.code === 'session.required' || error.code === 'access.denied'))
      return this.#giveUp('not-permitted');
    // One more try with a new credential: the first may have run out on the way.
    if (error instanceof LinkRefused && this.#failures > 0) return this.#giveUp('credential');
    this.#tryLater();
  }

  #tryLater(): void {
    this.#failures++;
    this.#generation++;
    this.#clearTimers();
    this.#state.set({ name: 'reconnecting', attempt: this.#failures });
    this.#retryTimer = setTimeout(() => void this.#bringUp(), backOffMs(this.#failures));
  }

  #giveUp(reason: PhoneRefusal): void {
    this.#generation++;
    this.#clearTimers();
    this.#link?.drop();
    this.#link = null;
    this.#closeMicrophone();
    this.#showRemote(null);
    this.#audio.silence();
    this.#state.set({ name: 'refused', reason });
  }

  async #openMicrophoneTrack(): Promise<MediaStreamTrack> {
    const wanted = this.#devices.chosenId('input');
    if (this.#track?.readyState === 'live' && this.#usedInput === wanted) return this.#track;
    const track = await this.#microphone.open();
    if (!this.#isWanted) {
      track.stop();
      throw new Error('the phone was stopped meanwhile');
    }
    this.#closeMicrophone();
    this.#track = track;
    this.#usedInput = this.#devices.chosenId('input');
    this.#localReading.set(this.#soundLevel.read(new MediaStream([track])));
    track.addEventListener('ended', () => void this.#followDevices());
    return track;
  }

  async #followDevices(): Promise<void> {
    await this.#audio.followOutput();
    const isCurrent = this.#track?.readyState === 'live' && this.#usedInput === this.#devices.chosenId('input');
    if (isCurrent || !this.#link) {
      if (this.#isWanted && this.#state().name === 'needs-microphone') await this.#bringUp();
      return;
    }
    try {
      await this.#link.replaceMicrophone(await this.#openMicrophoneTrack());
    } catch (error) {
      if (this.#isWanted) this.#failed(error);
    }
  }

  #closeMicrophone(): void {
    this.#localReading()?.stop();
    this.#localReading.set(null);
    this.#track?.stop();
    this.#track = null;
  }

  #showRemote(link: PhoneLink | null): void {
    this.#remoteReading()?.stop();
    this.#remoteReading.set(link ? this.#soundLevel.read(link.remote) : null);
    if (!link) this.#quality.set(null);
  }

  async #readQuality(link: PhoneLink): Promise<void> {
    const quality = await link.readQuality().catch(() => null);
    if (link === this.#link) this.#quality.set(quality);
  }

  #clearTimers(): void {
    for (const timer of [this.#retryTimer, this.#renewTimer, this.#steadyTimer]) clearTimeout(timer);
    clearInterval(this.#qualityTimer);
  }
}
