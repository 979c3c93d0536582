import {
  afterNextRender,
  ChangeDetectionStrategy,
  Component,
  computed,
  type ElementRef,
  inject,
  input,
  signal,
  viewChild,
} from '@angular/core';
import { Router } from '@angular/router';
import { TranslocoPipe } from '@jsverse/transloco';
import { Icon } from '../design/icon';
import { japanDate } from '../design/japan-time';
import { KeyHint } from '../design/key-hint';
import { Wareki } from '../design/wareki';
import { HeadsetCheck } from '../phone/headset-check';
import { Clock } from '../platform/clock';
import { Language, LOCALES } from '../platform/language';
import { ProblemText } from '../platform/problem-text';
import { Session } from '../platform/session';
import { Site } from '../platform/site';

const RETRY_SITE_MS = 5_000;

/** The first screen of the day: what is open today, and the door. */
@Component({
  selector: 'kk-login',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [HeadsetCheck, Icon, KeyHint, TranslocoPipe, Wareki],
  templateUrl: './login.html',
  styleUrl: './login.scss',
})
export class Login {
  /** Where the person wanted to go before they were asked to log in. */
  readonly next = input<string>();

  readonly #session = inject(Session);
  readonly #router = inject(Router);
  readonly #clock = inject(Clock);
  readonly #problemText = inject(ProblemText);
  protected readonly site = inject(Site);
  protected readonly language = inject(Language);

  protected readonly locales = LOCALES;
  protected readonly localeNames = { ja: '日本語', en: 'English' } as const;
  protected readonly today = computed(() => japanDate(this.#clock.now()));
  protected readonly isWaiting = signal(false);
  protected readonly isMissing = signal({ userNumber: false, password: false });
  readonly #error = signal<unknown>(undefined);
  protected readonly refusal = computed(() => (this.#error() === undefined ? undefined : this.#problemText.of(this.#error())));

  protected readonly userNumberField = viewChild.required<ElementRef<HTMLInputElement>>('userNumber');
  protected readonly passwordField = viewChild.required<ElementRef<HTMLInputElement>>('password');

  constructor() {
    void this.#loadSite();
    afterNextRender(() => this.userNumberField().nativeElement.focus());
  }

  protected async logIn(event: Event): Promise<void> {
    event.preventDefault();
    if (this.isWaiting()) return;
    const userNumber = this.userNumberField().nativeElement.value.trim();
    const password = this.passwordField().nativeElement.value;
    this.isMissing.set({ userNumber: userNumber === '', password: password === '' });
    this.#error.set(undefined);
    if (userNumber === '') return this.userNumberField().nativeElement.focus();
    if (password === '') return this.passwordField().nativeElement.focus();
    this.isWaiting.set(true);
    try {
      const { user } = await this.#session.logIn({ userNumber, password });
      this.language.adopt(user.locale);
      await this.#router.navigateByUrl(this.#destination());
    } catch (error) {
      this.#error.set(error);
      this.passwordField().nativeElement.select();
      this.passwordField().nativeElement.focus();
    } finally {
      this.isWaiting.set(false);
    }
  }

  /** A path of this application only, never another site. */
  #destination(): string {
    const next = this.next() ?? '/';
    return /^\/(?!\/)/.test(next) && !next.startsWith('/login') ? next : '/';
  }

  async #loadSite(): Promise<void> {
    await this.site.load();
    if (this.site.isUnreachable()) setTimeout(() => void this.#loadSite(), RETRY_SITE_MS);
  }
}
