import { CommandError } from '../command-error.ts';
import { nonNegativeField } from '../execution/read-request.ts';
import type { BsonDocument } from '../values/bson-value.ts';

/** Looking at the clock costs more than looking at a document; this many documents pass between two looks. */
const CALLS_PER_LOOK = 128;

/** `maxTimeMS` of one command: ends a scan that takes longer. What a cursor reads after the command has answered is not limited. */
export class TimeLimit {
  readonly #endsAtMs: number;
  #calls = 0;
  #isOver = false;

  constructor(body: BsonDocument) {
    const maxTimeMs = nonNegativeField(body, 'maxTimeMS') ?? 0;
    this.#endsAtMs = maxTimeMs === 0 ? Infinity : performance.now() + maxTimeMs;
  }

  /** For `Query.deadline`: throws MaxTimeMSExpired (50) when the time is up; undefined when there is no limit. */
  get deadline(): (() => void) | undefined {
    if (this.#endsAtMs === Infinity) return undefined;
    return () => {
      this.#calls += 1;
      if (this.#isOver || this.#calls % CALLS_PER_LOOK !== 0 || performance.now() < this.#endsAtMs) return;
      throw new CommandError(50, 'operation exceeded time limit');
    };
  }

  /** The command has its answer. */
  end(): void {
    this.#isOver = true;
  }
}
