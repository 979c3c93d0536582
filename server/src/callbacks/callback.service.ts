import type { CallbackId, CallbacksView, CallbackView, DialCallback } from '#contracts/callbacks.contract';
import type { CallerCandidate, CallView } from '#contracts/calls.contract';
import { CallId, type UserId } from '#contracts/ids.contract';
import { scopeOf, type Person } from '../access/actor.ts';
import { callingWindow, type CallingHours } from '../calendar/calling-hours.model.ts';
import type { Dialler, DialTarget } from '../calls/dialler.ts';
import type { CaseService } from '../cases/case.service.ts';
import { findCategory, type DebtCategory } from '../cases/category.model.ts';
import { blockingReasons } from '../cases/contact-gate.model.ts';
import type { Clock } from '../platform/clock.ts';
import { DomainError } from '../platform/errors.ts';
import type { EventPublisher } from '../platform/events.ts';
import type { CallbackEvents } from './callback.events.ts';
import { finish, giveBack, linkDialled, take, toCallbackView, type Callback } from './callback.model.ts';
import type { CallbackStore } from './callback.store.ts';

const MAX_SHOWN = 500;

interface Collaborators {
  callbacks: CallbackStore;
  cases: Pick<CaseService, 'findCandidates' | 'findForComparison' | 'checkGate'>;
  dialler: Pick<Dialler, 'place'>;
  events: EventPublisher<CallbackEvents>;
  hours: CallingHours;
  clock: Clock;
}

/** What people do about call-backs of their categories. */
export class CallbackService {
  readonly #with: Collaborators;

  constructor(collaborators: Collaborators) {
    this.#with = collaborators;
  }

  /** Open and taken ones of the person's categories, the longest waiting first. */
  async list(person: Person): Promise<CallbacksView> {
    const callbacks = await this.#with.callbacks.listUndone(scopeOf(person), MAX_SHOWN);
    return { callbacks: callbacks.map(toCallbackView), serverTime: this.#now() };
  }

  /** Throws callback.not-found, callback.taken. */
  async take(person: Person, id: CallbackId): Promise<CallbackView> {
    return toCallbackView(await this.#change(person, id, (now) => take(now, person)));
  }

  async giveBack(person: Person, id: CallbackId): Promise<CallbackView> {
    return toCallbackView(await this.#change(person, id, (now) => giveBack(now, roleOf(person))));
  }

  async finish(person: Person, id: CallbackId): Promise<CallbackView> {
    const at = this.#now();
    return toCallbackView(await this.#change(person, id, (now) => finish(now, roleOf(person), at)));
  }

  /**
   * Calls the task's number, and no other, for whoever took it; an open task is taken by it. Each request dials once.
   * Throws what Dialler.place throws, call.refused-by-gate, callback.not-found, callback.taken.
   */
  async dial(person: Person, { id, requestId }: DialCallback): Promise<CallView> {
    const callback = await this.#change(person, id, (now) => take(now, person));
    await this.#change(person, id, (now) => linkDialled(now, CallId.parse(requestId)));
    return this.#with.dialler.place(person, requestId, () => this.#target(person, callback));
  }

  /**
   * A number that one case of the person's categories has opens that case; of several the agent finds out by asking, as with a caller.
   * Each of them must pass the contact gate; a number on no case may be called back within the calling hours.
   */
  async #target(person: Person, { number, categoryCode }: Callback): Promise<DialTarget> {
    const category = findCategory(categoryCode);
    if (category === null) throw new Error('A call-back names no category.');
    const candidates = (await this.#with.cases.findCandidates(number)).filter((candidate) =>
      candidate.categories.some((code) => person.categories.includes(code)),
    );
    const phoneIds = await Promise.all(candidates.map((candidate) => this.#passGate(person, candidate, number)));
    if (candidates.length === 0 && !callingWindow(this.#with.hours, this.#with.clock.now()).isOpen)
      throw new DomainError('call.refused-by-gate', undefined, { reasons: ['hours'] });
    const [only] = candidates;
    if (candidates.length !== 1 || only === undefined) return { number, category, candidates, caseId: null, phoneId: null };
    return {
      number,
      category: owedOf(only, person, category) ?? category,
      candidates,
      caseId: only.caseId,
      phoneId: phoneIds[0] ?? null,
    };
  }

  /** Answers which of the case's numbers it is. */
  async #passGate(person: Person, { caseId }: CallerCandidate, number: string): Promise<DialTarget['phoneId']> {
    const found = await this.#with.cases.findForComparison(person, caseId);
    const phone = found?.phones.find((one) => one.number === number);
    if (found === null || phone === undefined) return null;
    const verdict = await this.#with.cases.checkGate(person, found, phone.kind);
    if (verdict.allowed) return phone.id;
    throw new DomainError('call.refused-by-gate', undefined, {
      reasons: blockingReasons(verdict.reasons).map((reason) => reason.code),
    });
  }

  /** `step` answers null when the task is somebody else's. Throws callback.taken then. */
  async #change(person: Person, id: CallbackId, step: (callback: Callback) => Callback | null): Promise<Callback> {
    const changed = await this.#with.callbacks.change(scopeOf(person), id, (callback) => {
      const next = step(callback);
      if (next === null) throw new DomainError('callback.taken');
      return next;
    });
    if (changed === null) throw new DomainError('callback.not-found');
    if (changed.after !== changed.before) this.#with.events.emit('callback.changed', toCallbackView(changed.after));
    return changed.after;
  }

  #now(): string {
    return this.#with.clock.now().toISOString();
  }
}

/** Whoever was missed under a number of ours may owe another category that answers under the same. */
const owedOf = ({ categories }: CallerCandidate, person: Person, { callerId }: DebtCategory): DebtCategory | undefined =>
  categories
    .filter((code) => person.categories.includes(code))
    .map(findCategory)
    .find((owed) => owed !== null && owed.callerId === callerId) ?? undefined;

const roleOf = ({ userId, role }: Person): { userId: UserId; isSupervisor: boolean } => ({
  userId,
  isSupervisor: role === 'supervisor',
});
