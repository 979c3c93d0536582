import type { CallerCandidate } from '#contracts/calls.contract';
import type { ResultCode } from '#contracts/call-results.contract';
import type { CaseView, GateVerdict, PhoneKind, TimelineEntry, TodayView } from '#contracts/cases.contract';
import type { CallId, CaseId, CategoryCode, PhoneId, PhoneNumber, UserId } from '#contracts/ids.contract';
import { scopeOf, type Person } from '../access/actor.ts';
import type { CallingHours } from '../calendar/calling-hours.model.ts';
import { japanDateText, startOfJapanDay, startOfJapanMonth } from '../calendar/japan-time.model.ts';
import type { Clock } from '../platform/clock.ts';
import { SYSTEM_SCOPE } from '../platform/database/scope-guard.ts';
import { DomainError } from '../platform/errors.ts';
import type { EventPublisher } from '../platform/events.ts';
import type { CaseEvents } from './case.events.ts';
import { isContact, nextCallAt, toPhoneView, toRow, visibleDebts, type Case, type HistoryEntry } from './case.model.ts';
import type { CaseStore } from './case.store.ts';
import { CATEGORIES, toCategoryView } from './category.model.ts';
import { mayContact } from './contact-gate.model.ts';
import { maskBirthYear, maskName } from './masking.model.ts';
import type { TimelineStore } from './timeline.store.ts';

const LIST_LENGTH = 40;
const TIMELINE_LENGTH = 100;
const MAX_CANDIDATES = 5;
const HOUR_MS = 3_600_000;

/** What calls say about a person's right to see a case: a caller who is not identified yet closes it, an identified one opens it. */
export interface CallStanding {
  standing(userId: UserId, caseId: CaseId): Promise<'none' | 'identified' | 'unidentified'>;
}

export interface CallRecord {
  callId: CallId;
  caseId: CaseId;
  phoneId: PhoneId | null;
  categoryCode: CategoryCode;
  direction: 'outbound' | 'inbound';
  startedAt: string;
  endedAt: string;
  talkSeconds: number;
  isAnswered: boolean;
  resultCode: ResultCode;
  note: string;
  agent: { userId: UserId; name: string };
  hasRecording: boolean;
  /** One agent's part of a call that went on with another: it rang nobody's telephone a second time. */
  isPart: boolean;
}

interface Collaborators {
  cases: CaseStore;
  timeline: TimelineStore;
  calls: CallStanding;
  events: EventPublisher<CaseEvents>;
  hours: CallingHours;
  clock: Clock;
}

/** Lists, opens and updates cases on behalf of somebody. */
export class CaseService {
  readonly #with: Collaborators;

  constructor(collaborators: Collaborators) {
    this.#with = collaborators;
  }

  /** The person's list of the day, masked. */
  async today(person: Person): Promise<TodayView> {
    const { cases, timeline, clock } = this.#with;
    const now = clock.now();
    const found = await cases.listAssigned(scopeOf(person), person.userId, LIST_LENGTH);
    const dayStart = startOfJapanDay(now);
    const ids = found.map((one) => one.id);
    const [attempts, results] = await Promise.all([
      timeline.countAttempts(ids, dayStart),
      timeline.listResultsBy(person.userId, dayStart),
    ]);
    const date = japanDateText(now);
    const rows = found.map((one) =>
      toRow(one, { categories: person.categories, attemptsToday: attempts.get(one.id) ?? 0, today: date }),
    );
    const inState = (state: string): number => rows.filter((row) => row.state === state).length;
    return {
      date,
      rows,
      categories: categoriesOf(person),
      counts: {
        total: rows.length,
        open: inState('open'),
        done: inState('done'),
        stopped: inState('stopped'),
        callsToday: results.length,
        contactsToday: results.filter(isContact).length,
      },
    };
  }

  /** Everything about one case that the person may see. Throws case.not-found, access.denied. */
  async open(person: Person, caseId: CaseId): Promise<CaseView> {
    const found = await this.findForWork(person, caseId);
    const [history, gate] = await Promise.all([
      this.#with.timeline.listOf(scopeOf(person), caseId, TIMELINE_LENGTH),
      this.checkGate(person, found, null),
    ]);
    const { name, kana, addresseeNumber, birthDate, address, household, language } = found.person;
    return {
      id: found.id,
      version: found.version,
      person: { name, kana, addresseeNumber, birthDate, address, household, language },
      flags: found.flags,
      phones: found.phones.map(toPhoneView),
      categories: categoriesOf(person).filter((category) => found.categories.includes(category.code)),
      debts: visibleDebts(found, person.categories),
      asOf: found.asOf,
      timeline: history.map(toTimelineView),
      gate,
    };
  }

  /** The case if it is on the person's list or theirs through a call; supervisors reach every case of their categories. */
  async findForWork(person: Person, caseId: CaseId): Promise<Case> {
    const [found, standing] = await Promise.all([
      this.#with.cases.find(scopeOf(person), caseId),
      this.#with.calls.standing(person.userId, caseId),
    ]);
    if (found === null) throw new DomainError('case.not-found');
    if (standing === 'unidentified') throw new DomainError('access.denied', 'The caller is not identified yet.');
    const isTheirs = person.role !== 'agent' || found.assignedTo === person.userId || standing === 'identified';
    if (!isTheirs) throw new DomainError('case.not-found');
    return found;
  }

  /** What the contact gate says to calling this person now, on a number of this kind (null: on any). */
  async checkGate(person: Person, found: Case, phoneKind: PhoneKind | null): Promise<GateVerdict> {
    const at = this.#with.clock.now();
    const since = new Date(Math.min(startOfJapanMonth(at).getTime(), at.getTime() - HOUR_MS));
    const attempts = await this.#with.timeline.listAttempts(found.id, since);
    const arrears = visibleDebts(found, person.categories).reduce((sum, debt) => sum + debt.arrears, 0);
    return mayContact({ arrears, flags: found.flags, phoneKind, attempts, hours: this.#with.hours, at });
  }

  /** Whose number this is, masked: the same number proves nothing. */
  async findCandidates(number: PhoneNumber | null): Promise<CallerCandidate[]> {
    if (number === null) return [];
    const found = await this.#with.cases.listByNumber(SYSTEM_SCOPE, number, MAX_CANDIDATES);
    return found.map(({ id, person, categories }) => ({
      caseId: id,
      nameMasked: maskName(person.name),
      kanaMasked: maskName(person.kana),
      birthYearMasked: maskBirthYear(person.birthDate),
      ward: person.ward,
      categories,
    }));
  }

  /** A candidate's case for comparing what the caller said; its content goes nowhere else. */
  async findForComparison(person: Person, caseId: CaseId): Promise<Case | null> {
    return this.#with.cases.find(scopeOf(person), caseId);
  }

  /** Writes the negotiation record (交渉記録, R31) and moves the case on. Repeating it changes nothing more. */
  async recordCall(call: CallRecord): Promise<void> {
    const { cases, timeline } = this.#with;
    const id = `call-${call.callId}`;
    if (await timeline.has(id)) return;
    // Before the entry: an interruption in between repeats it, and repeating it sets the same.
    await cases.noteOutcome(call.caseId, {
      lastResult: call.resultCode,
      lastCallAt: call.startedAt,
      nextCallAt: nextCallAt(call.resultCode, call.endedAt),
      isContact: isContact(call.resultCode),
    });
    const isNew = await timeline.add({
      id,
      caseId: call.caseId,
      categories: [call.categoryCode],
      at: call.startedAt,
      kind: 'call',
      direction: call.direction,
      resultCode: call.resultCode,
      talkSeconds: call.talkSeconds,
      categoryCode: call.categoryCode,
      note: call.note,
      by: call.agent.name,
      byUserId: call.agent.userId,
      callId: call.callId,
      hasRecording: call.hasRecording,
      ...(call.isPart ? { isPart: true } : {}),
    });
    if (isNew && !call.isPart && call.direction === 'outbound' && call.phoneId !== null)
      await cases.countAttempt(call.caseId, call.phoneId, call.isAnswered);
    await this.#tell(call.caseId);
  }

  /** The calls since an instant whose negotiation record is written. */
  async listRecordedCalls(since: Date): Promise<Set<CallId>> {
    return this.#with.timeline.listCallIds(since);
  }

  /** The recording of a call on the timeline can be played now. */
  async markRecorded(callId: CallId, talkSeconds: number): Promise<void> {
    const caseId = await this.#with.timeline.markRecorded(callId, talkSeconds);
    if (caseId !== null) await this.#tell(caseId);
  }

  /** Persons requested, when each of those reached this month was first reached, and how many were reached today (DOMAIN §4.8). */
  async countReached(at: Date): Promise<{ requested: number; firstContacts: string[]; contactsToday: number }> {
    const { cases, timeline } = this.#with;
    const [requested, month, today] = await Promise.all([
      cases.countAll(),
      timeline.listFirstContacts(startOfJapanMonth(at)),
      timeline.listFirstContacts(startOfJapanDay(at)),
    ]);
    return { requested, firstContacts: month.map((contact) => contact.at), contactsToday: today.length };
  }

  async #tell(caseId: CaseId): Promise<void> {
    const found = await this.#with.cases.find(SYSTEM_SCOPE, caseId);
    this.#with.events.emit('case.changed', { caseId, assignedTo: found?.assignedTo ?? null });
  }
}

function categoriesOf(person: Person): ReturnType<typeof toCategoryView>[] {
  return CATEGORIES.filter((category) => person.categories.includes(category.code)).map(toCategoryView);
}

/** The fields that only decide who may see an entry are dropped by the contract when the view is sent. */
function toTimelineView({ callId, ...entry }: HistoryEntry): TimelineEntry {
  return callId === null ? entry : { ...entry, callId };
}
