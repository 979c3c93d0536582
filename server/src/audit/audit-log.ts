import { createHash } from 'node:crypto';
import type { Clock } from '../platform/clock.ts';
import { CHAIN_START, hashedText, type AuditEntry, type AuditFact } from './audit-entry.model.ts';
import type { AuditStore } from './audit.store.ts';

/** The one audit append: entries are numbered without gaps and each carries the SHA-256 of its content and its predecessor. */
export class AuditLog {
  readonly #store: AuditStore;
  readonly #clock: Clock;
  #head: Pick<AuditEntry, 'sequence' | 'hash'> | null = null;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(store: AuditStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Appends one entry after all those asked for before it. Rejects when it could not be written. */
  append(fact: AuditFact): Promise<void> {
    const turn = this.#queue.then(() => this.#write(fact));
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  /** The sequence number of the first entry that was changed, removed or moved; null when the chain is whole. */
  async findBreak(): Promise<number | null> {
    let expected = { sequence: 1, previousHash: CHAIN_START };
    for (;;) {
      const entries = await this.#store.listFrom(expected.sequence, 500);
      if (entries.length === 0) return null;
      for (const entry of entries) {
        const isIntact =
          entry.sequence === expected.sequence && entry.previousHash === expected.previousHash && entry.hash === hash(entry);
        if (!isIntact) return expected.sequence;
        expected = { sequence: entry.sequence + 1, previousHash: entry.hash };
      }
    }
  }

  async #write(fact: AuditFact): Promise<void> {
    if (fact.source !== undefined && (await this.#store.hasSource(fact.source))) return;
    for (;;) {
      const head = this.#head ?? (await this.#store.last()) ?? { sequence: 0, hash: CHAIN_START };
      const unsealed = {
        ...fact,
        source: fact.source ?? null,
        sequence: head.sequence + 1,
        at: this.#clock.now().toISOString(),
        previousHash: head.hash,
      };
      const entry: AuditEntry = { ...unsealed, hash: hash(unsealed) };
      this.#head = null;
      if (!(await this.#store.insert(entry))) continue; // another process appended; take its head
      this.#head = entry;
      return;
    }
  }
}

function hash(entry: Omit<AuditEntry, 'hash'>): string {
  return createHash('sha256').update(hashedText(entry)).digest('hex');
}
