import { signal } from '@angular/core';
import type { RecordingView } from '#contracts/recordings.contract';
import { PartySound } from './party-sound';
import { endOfSilence } from './recording-marks';

export const SPEEDS = [0.8, 1, 1.25, 1.5, 2] as const;

/** Plays one recording on an audio element: position, speed, silenced parties, jumps over silence. */
export class Playback {
  readonly isPlaying = signal(false);
  readonly position = signal(0);
  readonly speed = signal<number>(1);
  readonly skipsSilence = signal(false);
  readonly muted = signal<ReadonlySet<number>>(new Set());
  #audio: HTMLAudioElement | undefined;
  #view: RecordingView | undefined;
  #sound: PartySound | undefined;
  #frame = 0;

  /** Names the recording that is played from now on, from its beginning. */
  load(view: RecordingView): void {
    this.#view = view;
  }

  /** The element that plays; a new one for each recording. */
  use(audio: HTMLAudioElement | undefined): void {
    if (audio === this.#audio) return;
    this.#sound?.close();
    this.#sound = undefined;
    this.#audio = audio;
  }

  /** @throws what the browser says when it cannot play */
  async toggle(): Promise<void> {
    const audio = this.#audio;
    if (!audio || !this.#view) return;
    if (!audio.paused) return audio.pause();
    if (this.position() >= this.#view.seconds) this.seek(0);
    this.#sound ??= new PartySound(audio, this.#view.channels.length);
    for (const channel of this.muted()) this.#sound.setMuted(channel, true);
    await this.#sound.resume();
    audio.preservesPitch = true;
    audio.playbackRate = this.speed();
    await audio.play();
  }

  seek(seconds: number): void {
    const position = Math.min(this.#view?.seconds ?? 0, Math.max(0, seconds));
    this.position.set(position);
    // Before the first play nothing is fetched yet; `started` moves there then.
    if (this.#audio && this.#audio.readyState > 0) this.#audio.currentTime = position;
  }

  chooseSpeed(speed: number): void {
    this.speed.set(speed);
    if (this.#audio) this.#audio.playbackRate = speed;
  }

  toggleMute(channel: number): void {
    const muted = new Set(this.muted());
    if (!muted.delete(channel)) muted.add(channel);
    this.muted.set(muted);
    this.#sound?.setMuted(channel, muted.has(channel));
  }

  started(): void {
    const audio = this.#audio;
    if (audio && Math.abs(audio.currentTime - this.position()) > 0.05) audio.currentTime = this.position();
  }

  begin(): void {
    this.isPlaying.set(true);
    this.#follow();
  }

  paused(): void {
    this.isPlaying.set(false);
    cancelAnimationFrame(this.#frame);
    this.#readPosition();
  }

  /** Stops and forgets the recording. */
  reset(): void {
    cancelAnimationFrame(this.#frame);
    this.#audio?.pause();
    this.use(undefined);
    this.#view = undefined;
    this.isPlaying.set(false);
    this.position.set(0);
    this.muted.set(new Set());
  }

  #follow(): void {
    this.#readPosition();
    if (!this.isPlaying()) return;
    const end = this.skipsSilence() && this.#view ? endOfSilence(this.position(), this.#view.silences) : null;
    if (end !== null) this.seek(end);
    this.#frame = requestAnimationFrame(() => this.#follow());
  }

  #readPosition(): void {
    const audio = this.#audio;
    if (audio && audio.readyState > 0) this.position.set(audio.ended ? (this.#view?.seconds ?? 0) : audio.currentTime);
  }
}
