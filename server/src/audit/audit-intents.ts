import { randomUUID } from 'node:crypto';
import type { Clock } from '../platform/clock.ts';
import type { AuditLog } from './audit-log.ts';
import type { AuditIntent, AuditIntentStore } from './audit-intent.store.ts';

/** Far longer than any use case takes: what is older died with its process. */
const INTERRUPTED_AFTER_MS = 60_000;

/** Makes sure that an action which reaches outside has its audit entry even when the process dies in the middle of it. */
export class AuditIntents {
  readonly #store: AuditIntentStore;
  readonly #log: Pick<AuditLog, 'append'>;
  readonly #clock: Clock;

  constructor(store: AuditIntentStore, log: Pick<AuditLog, 'append'>, clock: Clock) {
    this.#store = store;
    this.#log = log;
    this.#clock = clock;
  }

  /** Notes what is about to be done. Answers the source for the entry with the outcome. Rejects when it could not be written. */
  async begin(intent: Omit<AuditIntent, 'id' | 'at'>): Promise<string> {
    const id = `intent:${randomUUID()}`;
    await this.#store.add({ ...intent, id, at: this.#clock.now().toISOString() });
    return id;
  }

  /** The entry is in the chain. */
  async finish(id: string): Promise<void> {
    await this.#store.remove(id);
  }

  /** Appends the entries of actions whose process died. An action has one entry, however often and wherever this runs. */
  async settleInterrupted(): Promise<void> {
    const before = new Date(this.#clock.now().getTime() - INTERRUPTED_AFTER_MS);
    for (const { id, actorId, action, subject, address } of await this.#store.listBefore(before)) {
      await this.#log.append({ actorId, action, subject, address, outcome: 'interrupted', source: id });
      await this.#store.remove(id);
    }
  }
}
