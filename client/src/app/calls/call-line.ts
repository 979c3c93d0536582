import { DestroyRef, effect, inject, Injectable, untracked } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { Router } from '@angular/router';
import { TranslocoService } from '@jsverse/transloco';
import { Toasts } from '../design/toasts';
import { JoinedCallStore } from '../live-calls/joined-call-store';
import { Phone } from '../phone/phone';
import { RingTone } from '../phone/ring-tone';
import { Session } from '../platform/session';
import { Shortcuts } from '../platform/shortcuts';
import { isMicrophoneNeeded } from './call-phase';
import { CallStore, type MissedCall } from './call-store';

/** A second F4 within this time is ignored, so that it cannot end the next call. */
const HANG_UP_ONCE_WITHIN_MS = 1_000;

const MISSED_WORDS: Record<MissedCall['how'], string> = {
  'given-up': 'missed',
  declined: 'declined',
  unanswered: 'passed_on',
};

/** What the agent's line does whatever page is open: phone up and down, microphone, ring, and the keys of a running call. */
@Injectable({ providedIn: 'root' })
export class CallLine {
  readonly #calls = inject(CallStore);
  readonly #joined = inject(JoinedCallStore);
  readonly #phone = inject(Phone);
  readonly #ringTone = inject(RingTone);
  readonly #session = inject(Session);
  readonly #router = inject(Router);
  readonly #toasts = inject(Toasts);
  readonly #transloco = inject(TranslocoService);
  #hungUpAtMs = -Infinity;

  constructor() {
    this.#followSession();
    this.#followPhase();
    this.#announceMissed();
    this.#fetchWords();
    const shortcuts = inject(Shortcuts);
    const taken = [
      shortcuts.register('F4', () => this.#pressHangUp()),
      shortcuts.register('Alt+M', () => this.toggleMute()),
      shortcuts.register('F2', () => this.answer()),
    ];
    inject(DestroyRef).onDestroy(() => taken.forEach((giveBack) => giveBack()));
  }

  answer(): void {
    if (this.#calls.phase() === 'offered') void this.#calls.answer();
  }

  hangUp(): void {
    if (isMicrophoneNeeded(this.#calls.phase())) void this.#calls.hangUp();
  }

  /** Lets the offered call ring at another seat; this one is away from then on. */
  decline(): void {
    if (this.#calls.phase() === 'offered') void this.#calls.decline();
  }

  toggleMute(): void {
    const call = this.#calls.call();
    if (call?.phase === 'talking') void this.#calls.mute(!call.isMuted);
  }

  #pressHangUp(): void {
    if (!isMicrophoneNeeded(this.#calls.phase()) || performance.now() - this.#hungUpAtMs < HANG_UP_ONCE_WITHIN_MS) return;
    this.#hungUpAtMs = performance.now();
    this.hangUp();
  }

  #followSession(): void {
    effect(() => {
      const mayPhone = this.#session.view() !== null && this.#session.can('phone.register');
      untracked(() => (mayPhone ? this.#phone.start() : void this.#phone.stop()));
    });
  }

  #followPhase(): void {
    effect(() => this.#phone.openMicrophone(isMicrophoneNeeded(this.#calls.phase()) || this.#joined.isHeard()));
    effect(() => {
      const isOffered = this.#calls.phase() === 'offered';
      untracked(() => (isOffered ? this.#ring() : this.#ringTone.stop()));
    });
  }

  #ring(): void {
    this.#ringTone.start();
    // A ringing call goes before whatever page is open; what was being written there is kept by its own draft.
    if (!this.#router.url.startsWith('/desk')) void this.#router.navigateByUrl('/desk');
    if (document.hidden && 'Notification' in window && Notification.permission === 'granted') {
      // No number and no name: notifications appear on locked screens.
      new Notification(this.#transloco.translate('calls.inbound.notification'), { tag: 'kk-call' });
    }
  }

  /** A call may ring on any page: its words are fetched before, not when it rings. */
  #fetchWords(): void {
    this.#transloco.langChanges$.pipe(takeUntilDestroyed()).subscribe((language) => {
      for (const scope of ['calls', 'cases', 'live']) this.#transloco.load(`${scope}/${language}`).subscribe();
    });
  }

  #announceMissed(): void {
    effect(() => {
      const missed = this.#calls.missed();
      if (!missed) return;
      untracked(() => {
        // A phone that is gone cannot answer: nobody made this agent away for it.
        const isPhoneLost = missed.how === 'unanswered' && !this.#phone.isReady();
        const key = `calls.inbound.${isPhoneLost ? 'phone_lost' : MISSED_WORDS[missed.how]}`;
        this.#toasts.show({ text: this.#transloco.translate(key, { number: missed.numberDisplay }), icon: 'call_missed' });
      });
    });
  }
}
