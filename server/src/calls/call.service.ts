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
import { SYSTEM_SCOPE } from '../platform/database/scope-guard.ts';
import { DomainError } from '../platform/errors.ts';
import type { CallChanges } from './call-changes.ts';
import type { CallQueue } from './call-queue.ts';
import { endAsUnknown, isIdentified, isRunning, talkSeconds, type Call, type CallRecording } from './call.model.ts';
import { isUnknownCall, type TelephoneGateway } from './call.ports.ts';
import type { CallStore } from './call.store.ts';
import { showTo } from './call-view.model.ts';
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
    else await this.#endAtGateway(call);
    return call.phase === 'offered' ? { ...showTo(person, call), phase: 'done' } : this.#show(person, id);
  }

  /** A call that the gateway does not know must not hold its agent. */
  async #endAtGateway(call: Call): Promise<void> {
    try {
      await this.#with.gateway.send(call.gatewayId, { type: 'call.hang-up', callId: call.id });
    } catch (error) {
      if (!isUnknownCall(error)) throw error;
      await this.#with.changes.apply(call.id, (now) => endAsUnknown(now, this.#now()));
    }
  }

  async mute(person: Person, id: CallId, muted: boolean): Promise<CallView> {
    const call = await this.#talkingCall(person, id);
    await this.#with.gateway.send(call.gatewayId, { type: 'party.mute', callId: id, party: null, muted });
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

  /** Compares what the caller, or who was called back, said with one candidate; two matches open the case. */
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
      if (now.answeredAt === null || now.phase === 'done') throw new DomainError('call.invalid-state');
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

  /**
   * Ends wrap-up: the first result wins and frees the agent, then the negotiation record is written from it.
   * The same result again answers the same; another one throws call.edited-elsewhere.
   */
  async saveResult(person: Person, { callId, note, resultCode, contents }: SaveResult): Promise<CallView> {
    await this.#ownCall(person, callId);
    const savedAt = this.#now();
    const changed = await this.#with.changes.apply(callId, (now) => {
      if (now.resultCode !== null && isSameResult(now, { note, resultCode, contents })) return now;
      if (now.resultCode !== null) throw new DomainError('call.edited-elsewhere');
      if (now.phase !== 'wrap-up') throw new DomainError('call.invalid-state');
      return { ...now, phase: 'done', resultCode, draft: { note, resultCode, contents, savedAt } };
    });
    if (changed === null) throw new DomainError('call.not-found');
    await this.writeRecord(changed.after, person.name);
    return this.#show(person, callId);
  }

  /** Writes the negotiation record of a call that has its result. Repeating it changes nothing more. */
  async writeRecord(call: Call, agentName: string): Promise<void> {
    const { id, agentId, caseId, endedAt, resultCode } = call;
    if (agentId === null || caseId === null || endedAt === null || resultCode === null) return;
    await this.#with.cases.recordCall({
      callId: id,
      caseId,
      phoneId: call.phoneId,
      categoryCode: call.categoryCode,
      direction: call.direction,
      startedAt: call.startedAt,
      endedAt,
      talkSeconds: talkSeconds(call),
      isAnswered: call.answeredAt !== null,
      resultCode,
      note: call.draft.note,
      agent: { userId: agentId, name: agentName },
      hasRecording: call.recording.file !== null,
      isPart: call.partOf !== null,
    });
    // The recording may have become ready between reading the call and writing the record.
    const latest = await this.#with.calls.find(SYSTEM_SCOPE, id);
    if (latest !== null && latest.recording.file !== null) await this.#with.cases.markRecorded(id, talkSeconds(latest));
  }

  /**
   * The recording of a call: an agent's own, a supervisor's whole scope. A part of a call has the recording of the whole, which
   * bears that call's id. Throws recording.not-found.
   */
  async findRecording(person: Person, id: CallId): Promise<CallRecording & { callId: CallId }> {
    const call = await this.#with.calls.find(scopeOf(person), id);
    const isTheirs = person.role !== 'agent' || call?.agentId === person.userId;
    if (call === null || !isTheirs) throw new DomainError('recording.not-found');
    return { ...call.recording, callId: call.partOf ?? call.id };
  }

  /** The person's own call, in overflow also one of a category that is not theirs. Anybody else's does not exist for them. */
  async #ownCall(person: Person, id: CallId): Promise<Call> {
    const call = await this.#with.calls.find(SYSTEM_SCOPE, id);
    if (call === null || call.agentId !== person.userId) throw new DomainError('call.not-found');
    return call;
  }

  /** Calls that began since an instant, for counting. */
  async countSince(since: Date): Promise<{ outbound: number; inbound: number; inboundAnswered: number }> {
    return this.#with.calls.countSince(since);
  }

  /** Inbound calls nobody answered yet: how many, and since when the first waits. */
  async describeQueue(): Promise<{ waiting: number; longestSince: string | null }> {
    const waiting = (await this.#with.calls.listWaiting()).filter(({ queueing }) => queueing.dismissal === null);
    const since = waiting.map(({ queueing }) => queueing.since).sort();
    return { waiting: waiting.length, longestSince: since[0] ?? null };
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

function isSameResult(call: Call, { note, resultCode, contents }: Omit<SaveResult, 'callId'>): boolean {
  const saved = call.draft;
  return call.resultCode === resultCode && saved.note === note && saved.contents.join() === contents.join();
}

/** The check with one item judged anew; null takes the judgement back. */
function markItem(identity: IdentityCheck, item: IdentityItem, verdict: 'match' | 'mismatch' | null): IdentityCheck {
  const others = Object.entries(identity).filter(([name]) => name !== item);
  return Object.fromEntries(verdict === null ? others : [...others, [item, verdict]]);
}
