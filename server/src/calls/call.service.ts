import type {
  CallView,
  CurrentCallView,
  IdentifyCaller,
  IdentityCheck,
  IdentityItem,
  MarkIdentity,
  SaveDraft,
  SaveResult,
} from '#contracts/calls.contract';
import type { CallId } from '#contracts/ids.contract';
import { scopeOf, type Person } from '../access/actor.ts';
import type { CaseService } from '../cases/case.service.ts';
import type { Clock } from '../platform/clock.ts';
import { DomainError } from '../platform/errors.ts';
import type { CallChanges } from './call-changes.ts';
import type { CallQueue } from './call-queue.ts';
import { isIdentified, isRunning, type Call, type CallRecording } from './call.model.ts';
import type { TelephoneGateway } from './call.ports.ts';
import type { CallStore } from './call.store.ts';
import { toCallView } from './call-view.model.ts';
import { compareCaller } from './caller-identity.model.ts';

/** Enough for slips of the tongue, too few for guessing birthdays. */
const MAX_COMPARISONS = 6;

interface Collaborators {
  calls: CallStore;
  changes: CallChanges;
  queue: CallQueue;
  cases: CaseService;
  gateway: TelephoneGateway;
  clock: Clock;
}

/** What an agent does with a call of their own. */
export class CallService {
  readonly #with: Collaborators;

  constructor(collaborators: Collaborators) {
    this.#with = collaborators;
  }

  /** Where a reloaded desk stands. */
  async current(person: Person): Promise<CurrentCallView> {
    const call = await this.#with.calls.findCurrent(person.userId);
    return { call: call === null ? null : showTo(person, call), serverTime: this.#now() };
  }

  async answer(person: Person, id: CallId): Promise<CallView> {
    const call = await this.#ownCall(person, id);
    if (call.phase !== 'offered') throw new DomainError('call.invalid-state');
    await this.#with.gateway.send(call.gatewayId, { type: 'call.answer', callId: id, agentId: person.userId });
    return this.#show(person, id);
  }

  /** Ends the call; an offered one is declined and rings elsewhere. */
  async hangUp(person: Person, id: CallId): Promise<CallView> {
    const call = await this.#ownCall(person, id);
    if (!isRunning(call)) throw new DomainError('call.invalid-state');
    if (call.phase === 'offered') await this.#with.queue.withdraw(id, person.userId);
    else await this.#with.gateway.send(call.gatewayId, { type: 'call.hang-up', callId: id });
    return call.phase === 'offered' ? { ...showTo(person, call), phase: 'done' } : this.#show(person, id);
  }

  async mute(person: Person, id: CallId, muted: boolean): Promise<CallView> {
    const call = await this.#talkingCall(person, id);
    await this.#with.gateway.send(call.gatewayId, { type: 'party.mute', callId: id, muted });
    return this.#change(person, id, (now) =>
      now.phase !== 'talking' || now.isMuted === muted ? now : { ...now, isMuted: muted },
    );
  }

  async sendDigits(person: Person, id: CallId, digits: string): Promise<CallView> {
    const call = await this.#talkingCall(person, id);
    await this.#with.gateway.send(call.gatewayId, { type: 'party.send-digits', callId: id, digits });
    return showTo(person, call);
  }

  /** Outbound: the agent notes whether what the resident said is right. */
  async markIdentity(person: Person, { callId, item, verdict }: MarkIdentity): Promise<CallView> {
    await this.#ownCall(person, callId);
    return this.#change(person, callId, (call) => {
      if (call.direction !== 'outbound' || call.answeredAt === null || call.phase === 'done')
        throw new DomainError('call.invalid-state');
      return { ...call, identity: markItem(call.identity, item, verdict) };
    });
  }

  /** Inbound: compares what the caller said with one candidate; two matches open the case. */
  async identifyCaller(person: Person, { callId, caseId, said }: IdentifyCaller): Promise<CallView> {
    const call = await this.#ownCall(person, callId);
    const isCandidate = call.candidates.some((candidate) => candidate.caseId === caseId);
    const known = isCandidate ? await this.#with.cases.findForComparison(person, caseId) : null;
    if (known === null) throw new DomainError('case.not-found');
    const verdicts = compareCaller(said, {
      person: known.person,
      debts: known.debts.filter((debt) => person.categories.includes(debt.categoryCode)),
    });
    return this.#change(person, callId, (now) => {
      if (now.direction !== 'inbound' || now.answeredAt === null || now.phase === 'done')
        throw new DomainError('call.invalid-state');
      if (now.caseId !== null) throw new DomainError('call.invalid-state', 'The caller is identified already.');
      if (now.comparisons >= MAX_COMPARISONS) throw new DomainError('call.invalid-state', 'Too many comparisons for one call.');
      const identity = { ...(now.comparedCaseId === caseId ? now.identity : {}), ...verdicts };
      return {
        ...now,
        identity,
        comparedCaseId: caseId,
        comparisons: now.comparisons + 1,
        caseId: isIdentified(identity) ? caseId : null,
      };
    });
  }

  /** Keeps what the agent is typing, so that a reload loses nothing. */
  async saveDraft(person: Person, { callId, note, resultCode, contents }: SaveDraft): Promise<CallView> {
    await this.#ownCall(person, callId);
    return this.#change(person, callId, (call) => {
      if (call.phase === 'done') throw new DomainError('call.invalid-state');
      return { ...call, draft: { note, resultCode, contents, savedAt: this.#now() } };
    });
  }

  /** Ends wrap-up: writes the negotiation record, then frees the agent. */
  async saveResult(person: Person, { callId, note, resultCode, contents }: SaveResult): Promise<CallView> {
    const call = await this.#ownCall(person, callId);
    if (call.phase !== 'wrap-up' || call.endedAt === null) throw new DomainError('call.invalid-state');
    if (call.caseId !== null) {
      await this.#with.cases.recordCall({
        callId,
        caseId: call.caseId,
        phoneId: call.phoneId,
        categoryCode: call.categoryCode,
        direction: call.direction,
        startedAt: call.startedAt,
        endedAt: call.endedAt,
        talkSeconds: Math.round(call.talkMs / 1000),
        resultCode,
        note,
        agent: { userId: person.userId, name: person.name },
        hasRecording: call.recording.state === 'ready',
      });
    }
    const view = await this.#change(person, callId, (now) =>
      now.phase === 'done'
        ? now
        : { ...now, phase: 'done', resultCode, draft: { note, resultCode, contents, savedAt: this.#now() } },
    );
    // The recording may have become ready between reading the call and writing the record.
    if (view.recording === 'ready') await this.#with.cases.markRecorded(callId);
    return view;
  }

  /** The recording of a call: an agent's own, a supervisor's whole scope. Throws recording.not-found. */
  async findRecording(person: Person, id: CallId): Promise<CallRecording> {
    const call = await this.#with.calls.find(scopeOf(person), id);
    const isTheirs = person.role !== 'agent' || call?.agentId === person.userId;
    if (call === null || !isTheirs) throw new DomainError('recording.not-found');
    return call.recording;
  }

  /** The person's own call. Anybody else's does not exist for them. */
  async #ownCall(person: Person, id: CallId): Promise<Call> {
    const call = await this.#with.calls.find(scopeOf(person), id);
    if (call === null || call.agentId !== person.userId) throw new DomainError('call.not-found');
    return call;
  }

  /** Calls that began since an instant, for counting. */
  async countSince(since: Date): Promise<{ outbound: number; inbound: number; inboundAnswered: number }> {
    return this.#with.calls.countSince(since);
  }

  /** Inbound calls nobody answered yet: how many, and since when the first waits. */
  async describeQueue(): Promise<{ waiting: number; longestSince: string | null }> {
    const waiting = await this.#with.calls.listWaiting();
    return { waiting: waiting.length, longestSince: waiting[0]?.startedAt ?? null };
  }

  async #talkingCall(person: Person, id: CallId): Promise<Call> {
    const call = await this.#ownCall(person, id);
    if (call.phase !== 'talking') throw new DomainError('call.invalid-state');
    return call;
  }

  async #change(person: Person, id: CallId, step: (call: Call) => Call): Promise<CallView> {
    const changed = await this.#with.changes.apply(id, step);
    if (changed === null) throw new DomainError('call.not-found');
    return showTo(person, changed.after);
  }

  async #show(person: Person, id: CallId): Promise<CallView> {
    return showTo(person, await this.#ownCall(person, id));
  }

  #now(): string {
    return this.#with.clock.now().toISOString();
  }
}

/** Candidates outside the person's categories are left out. */
export function showTo(person: Pick<Person, 'categories'>, call: Call): CallView {
  const view = toCallView(call);
  const candidates = view.candidates.flatMap((candidate) => {
    const categories = candidate.categories.filter((code) => person.categories.includes(code));
    return categories.length === 0 ? [] : [{ ...candidate, categories }];
  });
  return { ...view, candidates };
}

/** The check with one item judged anew; null takes the judgement back. */
function markItem(identity: IdentityCheck, item: IdentityItem, verdict: 'match' | 'mismatch' | null): IdentityCheck {
  const others = Object.entries(identity).filter(([name]) => name !== item);
  return Object.fromEntries(verdict === null ? others : [...others, [item, verdict]]);
}
