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

  constructor(journal: FactJournal, facts: FactSink, find: FindRecording) {
    this.#journal = journal;
    this.#facts = facts;
    this.#find = find;
  }

  /** A half-written recording was completed after its recorder died. */
  noteRepaired(recording: RepairedRecording): void {
    const callId = CallId.safeParse(basename(recording.file, '.wav'));
    if (callId.success) this.#facts.emit(readyFact(callId.data, recording));
  }

  /** Emits the facts that are missing. To be called once, after half-written recordings were completed. Returns how many calls it ended. */
  async run(): Promise<number> {
    const unfinished = this.#journal.unfinished();
    const lastSignMs = this.#journal.lastSignMs();
    for (const call of unfinished) {
      if (!call.isEnded) this.#facts.emit(endAfterCrash(call, lastSignMs));
      if (call.owesRecording) this.#facts.emit(await this.#recordingOf(call));
    }
    return unfinished.length;
  }

  async #recordingOf({ callId, answeredAtMs }: UnfinishedCall): Promise<Fact> {
    const found = await this.#find(callId, answeredAtMs ?? 0).catch(() => null);
    if (found !== null) return readyFact(callId, found);
    return { type: 'recording.failed', callId, reason: 'The gateway stopped before the recording was closed.' };
  }
}

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
