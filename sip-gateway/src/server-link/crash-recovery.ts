import { basename } from 'node:path';
import { CallId } from '#contracts/ids.contract';
import type { FactSink } from '../ports/control.port.ts';
import type { RepairedRecording } from '../ports/mixer.port.ts';
import type { FactJournal } from './fact-journal.ts';
import { factsAfterCrash } from './unfinished.model.ts';

/** Ends in words what a crash ended in deed: calls without an end, recordings without an outcome. */
export class CrashRecovery {
  readonly #journal: FactJournal;
  readonly #facts: FactSink;

  constructor(journal: FactJournal, facts: FactSink) {
    this.#journal = journal;
    this.#facts = facts;
  }

  /** A recording was completed after the process that wrote it died; the number of concealed frames died with it. */
  noteRepaired(recording: RepairedRecording): void {
    const { file, seconds, sha256 } = recording;
    const callId = CallId.safeParse(basename(file, '.wav'));
    if (!callId.success) return;
    this.#facts.emit({
      type: 'recording.ready',
      callId: callId.data,
      file,
      seconds,
      channels: ['agent', 'resident'],
      sha256,
      concealedFrames: [],
    });
  }

  /** Emits the facts that are missing. To be called once, when repaired recordings are known. Returns how many calls it ended. */
  run(): number {
    const unfinished = this.#journal.unfinished();
    const lastSignMs = this.#journal.lastSignMs();
    for (const call of unfinished) for (const fact of factsAfterCrash(call, lastSignMs)) this.#facts.emit(fact);
    return unfinished.length;
  }
}
