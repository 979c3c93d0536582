import { Binary, Long, Timestamp } from 'bson';
import type { Reply } from '../wire/reply.ts';

const NO_SIGNATURE = { hash: new Binary(Buffer.alloc(20)), keyId: Long.ZERO };

/** The logical clock of a replica set, which drivers pass on so that causally consistent sessions read what they wrote. */
export class ClusterTime {
  readonly #now: () => number;
  #seconds: number;
  #increment = 1;

  constructor(now: () => number) {
    this.#now = now;
    this.#seconds = Math.floor(now() / 1000);
  }

  /** Call after each commit. */
  advance(): void {
    const seconds = Math.floor(this.#now() / 1000);
    if (seconds > this.#seconds) [this.#seconds, this.#increment] = [seconds, 1];
    else this.#increment += 1;
  }

  current(): Timestamp {
    return new Timestamp({ t: this.#seconds, i: this.#increment });
  }

  /** The fields every answer of a replica set member carries. */
  fields(): Reply {
    const time = this.current();
    return { $clusterTime: { clusterTime: time, signature: NO_SIGNATURE }, operationTime: time };
  }
}
