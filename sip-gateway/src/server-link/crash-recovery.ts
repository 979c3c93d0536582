import type { Fact } from '#contracts/gateway.contract';
import { CallId } from '#contracts/ids.contract';
import type { PackedRecording } from '#contracts/recordings.contract';
import type { FactSink } from '../ports/control.port.ts';
import type { RepairedRecording } from '../ports/mixer.port.ts';
import { isComplete } from '../recorder/packing/gap-check.model.ts';
import { recordingIdOf } from '../recorder/recording-names.ts';
import type { FactJournal } from './fact-journal.ts';
import type { UnfinishedCall } from './unfinished.model.ts';
import { endAfterCrash } from './unfinished.model.ts';

/** Looks for a recording that was sealed before its gateway died. */
export type FindSealed = (callId: CallId, answeredAtMs: number) => Promise<PackedRecording | null>;

/**
 * Tells what became of recordings, and ends in words what a crash ended in deed: calls without an end, recordings without an outcome. A
 * recording is told of only once its call has ended: one that is ready would look complete.
 */
export class CrashRecovery {
  readonly #journal: FactJournal;
  readonly #facts: FactSink;
  readonly #find: FindSealed;
  readonly #heldBack = new Map<CallId, PackedRecording>();
  /** Length in seconds of recordings that an earlier run left and that are being packed. */
  readonly #unpacked = new Map<CallId, number>();
  #hasRun = false;

  constructor(journal: FactJournal, facts: FactSink, find: FindSealed) {
    this.#journal = journal;
    this.#facts = facts;
    this.#find = find;
  }

  /** An unfinished recording of an earlier run was found; `noteSealed` follows. To be told before `run`. */
  noteRepaired({ file, seconds }: RepairedRecording): void {
    const callId = callOf(file);
    if (callId !== null) this.#unpacked.set(callId, seconds);
  }

  /** A recording is sealed and in the chain. */
  noteSealed(recording: PackedRecording): void {
    const callId = callOf(recording.file);
    if (callId === null) return;
    if (!this.#hasRun || this.#isUnderWay(callId)) this.#heldBack.set(callId, recording);
    else this.#tell(callId, recording);
  }

  /** A recording holds nothing at all, or cannot be packed for now. */
  noteTrouble(file: string, trouble: 'empty' | 'unpacked'): void {
    const callId = callOf(file);
    if (callId === null) return;
    if (trouble === 'unpacked') this.#facts.emit({ type: 'recording.unpacked', callId });
    else this.#facts.emit({ type: 'recording.failed', callId, reason: 'Nothing of the recording reached the disk.' });
  }

  /** To be told every fact: once a call has ended, what was saved of its recording may be told. */
  noteFact(fact: Fact): void {
    if (fact.type === 'call.ended') this.#tellHeldBack(fact.callId);
  }

  /** Emits the facts that are missing. To be called once, when leftovers of an earlier run are known. Returns how many calls it ended. */
  async run(): Promise<number> {
    const unfinished = this.#journal.unfinished();
    const lastSignMs = this.#journal.lastSignMs();
    for (const call of unfinished) {
      const sealed = await this.#sealedOf(call);
      const seconds = sealed?.seconds ?? this.#unpacked.get(call.callId) ?? 0;
      if (!call.isEnded) this.#facts.emit(endAfterCrash(call, lastSignMs, seconds));
      if (sealed !== null) this.#tell(call.callId, sealed);
      else if (call.owesRecording && !this.#unpacked.has(call.callId)) this.#facts.emit(failedFact(call.callId));
    }
    this.#hasRun = true;
    for (const callId of [...this.#heldBack.keys()]) this.#tellHeldBack(callId);
    return unfinished.length;
  }

  #tellHeldBack(callId: CallId): void {
    const recording = this.#heldBack.get(callId);
    if (recording !== undefined) this.#tell(callId, recording);
  }

  #tell(callId: CallId, recording: PackedRecording): void {
    this.#heldBack.delete(callId);
    const { gaps, missingPackets, ...ready } = recording;
    this.#facts.emit({ type: 'recording.ready', callId, ...ready });
    this.#facts.emit({ type: 'recording.checked', callId, isComplete: isComplete(gaps), gaps, missingPackets });
  }

  #isUnderWay(callId: CallId): boolean {
    return this.#journal.unfinished().some((call) => call.callId === callId && !call.isEnded);
  }

  async #sealedOf({ callId, answeredAtMs }: UnfinishedCall): Promise<PackedRecording | null> {
    const heldBack = this.#heldBack.get(callId);
    if (heldBack !== undefined || answeredAtMs === null || this.#unpacked.has(callId)) return heldBack ?? null;
    return await this.#find(callId, answeredAtMs).catch(() => null);
  }
}

function callOf(file: string): CallId | null {
  return CallId.safeParse(recordingIdOf(file)).data ?? null;
}

const failedFact = (callId: CallId): Fact => ({
  type: 'recording.failed',
  callId,
  reason: 'The gateway stopped before the recording was closed.',
});
