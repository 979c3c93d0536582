import { computed, effect, inject, Injectable, signal, untracked } from '@angular/core';
import { Router } from '@angular/router';
import { TranslocoService } from '@jsverse/transloco';
import type { CasePhone, Category, GateReason } from '#contracts/cases.contract';
import type { CallId, CaseId, CategoryCode, PhoneId } from '#contracts/ids.contract';
import { CaseStore } from '../cases/case-store';
import { laterCases, upcomingCases } from '../cases/next-case';
import { TodayStore } from '../cases/today-store';
import { Toasts } from '../design/toasts';
import { Phone } from '../phone/phone';
import { Clock } from '../platform/clock';
import { SocketLink } from '../platform/socket-link';
import { isQuickWrapUp, isUnidentified } from './call-phase';
import { CallStore } from './call-store';
import { RecordDraft } from './record-draft';

/** Why the dial button is dashed: shown beside it, in words. */
export type DialObstacle = 'offline' | 'phone' | 'stop' | 'gate' | 'no-number';

/** What the desk is about: the case of the call, else the chosen one; its subject, its number, and what comes next. */
@Injectable()
export class DeskState {
  readonly #calls = inject(CallStore);
  readonly #draft = inject(RecordDraft);
  readonly #today = inject(TodayStore);
  readonly #phone = inject(Phone);
  readonly #link = inject(SocketLink);
  readonly #clock = inject(Clock);
  readonly #router = inject(Router);
  readonly #toasts = inject(Toasts);
  readonly #transloco = inject(TranslocoService);
  readonly #current = new CaseStore();
  readonly #next = new CaseStore();

  readonly #chosenCategory = signal<CategoryCode | null>(null);
  readonly #chosenPhone = signal<PhoneId | null>(null);
  /** The case in the address bar. */
  readonly routeCaseId = signal<CaseId | null>(null);

  /** The recording that is being listened to, in the sheet beside the work. */
  readonly playing = signal<CallId | null>(null);

  readonly call = this.#calls.call;
  readonly phase = this.#calls.phase;
  readonly isUnidentified = computed(() => isUnidentified(this.call()));
  readonly isQuickWrapUp = computed(() => isQuickWrapUp(this.call()));
  readonly caseId = computed(() => {
    const call = this.call();
    if (call) return this.isUnidentified() ? null : call.caseId;
    return this.routeCaseId();
  });

  readonly caseStore = this.#current;
  readonly case = this.#current.view;
  readonly upcoming = computed(() => upcomingCases(this.#today.rows(), this.caseId(), this.#clock.now()));
  readonly later = computed(() => laterCases(this.#today.rows(), this.#clock.now()));
  readonly nextRow = computed(() => this.upcoming()[0] ?? null);
  /** The next person, opened only when one key away from being called. */
  readonly nextCase = this.#next.view;

  readonly category = computed<Category | null>(() => {
    const call = this.call();
    if (call) return call.category;
    const view = this.case();
    return view?.categories.find((each) => each.code === this.#chosenCategory()) ?? view?.categories[0] ?? null;
  });
  readonly phone = computed<CasePhone | null>(() => {
    const view = this.case();
    if (!view) return null;
    const call = this.call();
    const wanted = call ? call.phoneId : this.#chosenPhone();
    return view.phones.find((each) => each.id === wanted) ?? view.phones.find((each) => each.kind !== 'workplace') ?? null;
  });
  readonly obstacle = computed<DialObstacle | null>(() => {
    if (this.#link.state() !== 'online') return 'offline';
    const view = this.case();
    if (view?.gate.reasons.some((reason) => reason.code === 'stop-flag' && isRefusing(reason))) return 'stop';
    if (view && !view.gate.allowed) return 'gate';
    if (view && !this.phone()) return 'no-number';
    return this.#phone.isReady() ? null : 'phone';
  });
  readonly canDial = computed(
    () => this.phase() === 'idle' && this.case() !== null && this.category() !== null && this.obstacle() === null,
  );

  constructor() {
    effect(() => this.#open(this.#current, this.caseId()));
    effect(() => this.#open(this.#next, this.isQuickWrapUp() ? (this.nextRow()?.id ?? null) : null));
    effect(() => this.#chooseFirst());
    // The gate has to be asked again after every call: it counts attempts.
    effect(() => {
      if (this.phase() === 'idle') untracked(() => void this.#current.refetch());
    });
  }

  /** Returns what stops listening. */
  listen(): () => void {
    const stops = [this.#current.listen(), this.#next.listen()];
    return () => stops.forEach((stop) => stop());
  }

  chooseCategory(code: CategoryCode): void {
    if (!this.call()) this.#chosenCategory.set(code);
  }

  choosePhone(id: PhoneId): void {
    if (!this.call()) this.#chosenPhone.set(id);
  }

  dial(phoneId: PhoneId | null = this.phone()?.id ?? null): void {
    const [view, category] = [this.case(), this.category()];
    if (!this.canDial() || !view || !category || !phoneId) return;
    this.choosePhone(phoneId);
    void this.#calls.dial({ caseId: view.id, phoneId, categoryCode: category.code });
  }

  /** Writes the record and opens the next person of the list. */
  async saveAndNext(): Promise<void> {
    const [call, code, next] = [this.call(), this.#draft.selected(), this.nextRow()];
    if (call?.phase !== 'wrap-up' || !code) return;
    const name = this.case()?.person.name;
    if (!(await this.#draft.saveResult())) return;
    const result = `${code} ${this.#transloco.translate(`calls.result.${code}`)}`;
    const text = name
      ? this.#transloco.translate('calls.saved', { name, result })
      : this.#transloco.translate('calls.saved_unidentified', { result });
    this.#toasts.show({ text, icon: 'check_circle' });
    if (call.direction === 'outbound' || !this.routeCaseId()) await this.open(next?.id ?? null);
  }

  async open(caseId: CaseId | null): Promise<void> {
    await this.#router.navigateByUrl(caseId ? `/desk/${caseId}` : '/desk');
  }

  #open(store: CaseStore, caseId: CaseId | null): void {
    untracked(() => store.open(caseId));
    if (store !== this.#current) return;
    untracked(() => {
      this.playing.set(null);
      this.#chosenCategory.set(null);
      this.#chosenPhone.set(null);
    });
  }

  #chooseFirst(): void {
    const first = this.nextRow()?.id;
    const isEmptyHanded = this.#calls.isLoaded() && !this.call() && !this.routeCaseId() && first;
    if (isEmptyHanded) untracked(() => void this.#router.navigateByUrl(`/desk/${first}`, { replaceUrl: true }));
  }
}

/** A rule that forbids the call. Some are only shown and not enforced, in demonstration hours. */
export const isRefusing = (reason: GateReason): boolean => !reason.passed && reason.values['enforced'] !== 'no';
