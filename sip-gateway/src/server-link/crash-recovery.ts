import { basename } from 'node:path';
import { CallId } from '#contracts/ids.contract';
import type { Fact } from '#contracts/gateway.contract';
import type { FactSink } from '../ports/control.port.ts';
import type { RepairedRecording } from '../ports/mixer.port.ts';
import type { FactJournal } from './fact-journal.ts';
import type { UnfinishedCall } from './unfinished.model.ts';
import { endAfterCrash } from './unfinished.model.ts';

/** Looks for what a dead gateway's recorder completed. */
export type FindRecording = (callId: CallId, answeredAtMs: number) => Promise<RepairedRecording | null>;

/** Ends in words what a crash ended in deed: calls without an end, recordings without an outcome. */
export class CrashRecovery {
  readonly #journal: FactJournal;
  readonly #facts: FactSink;
  readonly #find: FindRecording;
  /** Not told yet, because their calls have not ended: a recording that is ready would look complete. */
  readonly #repaired = new Map<CallId, RepairedRecording>();
  #hasRun = false;

  constructor(journal: FactJournal, facts: FactSink, find: FindRecording) {
    this.#journal = journal;
    this.#facts = facts;
    this.#find = find;
  }

  /** A half-written recording was completed after its recorder died: at start, before `run`, or while this gateway runs. */
  noteRepaired(recording: RepairedRecording): void {
    const callId = CallId.safeParse(basename(recording.file, '.wav'));
    if (!callId.success) return;
    if (!this.#hasRun || this.#isUnderWay(callId.data)) this.#repaired.set(callId.data, recording);
    else this.#facts.emit(readyFact(callId.data, recording));
  }

  /** To be told every fact: once a call has ended, what was saved of its recording may be told. */
  noteFact(fact: Fact): void {
    if (fact.type === 'call.ended') this.#tellRepaired(fact.callId);
  }

  #tellRepaired(callId: CallId): void {
    const recording = this.#repaired.get(callId);
    if (recording === undefined) return;
    this.#repaired.delete(callId);
    this.#facts.emit(readyFact(callId, recording));
  }

  /** Emits the facts that are missing. To be called once, after half-written recordings were completed. Returns how many calls it ended. */
  async run(): Promise<number> {
    const unfinished = this.#journal.unfinished();
    const lastSignMs = this.#journal.lastSignMs();
    for (const call of unfinished) {
      const saved = await this.#recordingOf(call);
      if (!call.isEnded) this.#facts.emit(endAfterCrash(call, lastSignMs, saved?.seconds ?? 0));
      if (saved !== null) this.#facts.emit(readyFact(call.callId, saved));
      else if (call.owesRecording) this.#facts.emit(failedFact(call.callId));
    }
    for (const callId of [...this.#repaired.keys()]) this.#tellRepaired(callId);
    this.#hasRun = true;
    return unfinished.length;
  }

  #isUnderWay(callId: CallId): boolean {
    return this.#journal.unfinished().some((call) => call.callId === callId && !call.isEnded);
  }

  /** Also of a call whose recording failed half-way: what a restarted recorder had saved of it was kept back until its end. */
  async #recordingOf({ callId, answeredAtMs }: UnfinishedCall): Promise<RepairedRecording | null> {
    const repaired = this.#repaired.get(callId);
    this.#repaired.delete(callId);
    if (repaired !== undefined || answeredAtMs === null) return repaired ?? null;
    return this.#find(callId, answeredAtMs).catch(() => null);
  }
}

const failedFact = (callId: CallId): Fact => ({
  type: 'recording.failed',
  callId,
  reason: 'The gateway stopped before the recording was closed.',
});

/** How many frames were concealed is not known any more: the list is empty. */
const readyFact = (callId: CallId, { file, seconds, sha256 }: RepairedRecording): Fact => ({
  type: 'recording.ready',
  callId,
  file,
  seconds,
  channels: ['agent', 'resident'],
  sha256,
  concealedFrames: [],
});
