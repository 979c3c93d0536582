import { CommandError } from '../command-error.ts';

/** An open transaction as seen by those whose writes collide with it. */
export interface ClaimOwner {
  /** Resolves when the transaction has committed or aborted. */
  readonly ended: Promise<void>;
}

/** Thrown when a write outside transactions meets a document an open transaction has changed: it waits and runs again. */
export class ClaimedByTransaction extends Error {
  readonly owner: ClaimOwner;

  constructor(owner: ClaimOwner) {
    super('document is being changed by an open transaction');
    this.owner = owner;
  }
}

export const writeConflict = (): CommandError =>
  new CommandError(
    112,
    'Caused by :: Write conflict during plan execution and yielding is disabled. :: Please retry your operation or multi-document transaction.',
    {
      errorLabels: ['TransientTransactionError'],
    },
  );

/** Documents, unique keys and new namespaces that open transactions have written, and what was committed while transactions were open. */
export class WriteClaims {
  readonly #owners = new Map<string, ClaimOwner>();
  readonly #targets = new Map<ClaimOwner, Set<string>>();
  readonly #committedAt = new Map<string, number>();
  /** False while no transaction is open: then nobody can conflict, and writes need not be noted. */
  hasTransactions = false;

  /** Claims for a transaction; throws WriteConflict when another holds it or it was committed after the snapshot. */
  claim(target: string, owner: ClaimOwner, snapshot: number): void {
    const holder = this.#owners.get(target);
    if (holder !== undefined && holder !== owner) throw writeConflict();
    if ((this.#committedAt.get(target) ?? 0) > snapshot) throw writeConflict();
    if (holder === owner) return;
    this.#owners.set(target, owner);
    const targets = this.#targets.get(owner);
    if (targets === undefined) this.#targets.set(owner, new Set([target]));
    else targets.add(target);
  }

  /** For writes outside transactions. */
  assertUnclaimed(target: string): void {
    const holder = this.#owners.get(target);
    if (holder !== undefined) throw new ClaimedByTransaction(holder);
  }

  /** Changing a catalog waits for every transaction that has written something. */
  assertNoneClaimed(): void {
    for (const holder of this.#owners.values()) throw new ClaimedByTransaction(holder);
  }

  targetsOf(owner: ClaimOwner): string[] {
    return [...(this.#targets.get(owner) ?? [])];
  }

  recordCommit(targets: Iterable<string>, at: number): void {
    for (const target of targets) this.#committedAt.set(target, at);
  }

  release(owner: ClaimOwner): void {
    for (const target of this.#targets.get(owner) ?? []) this.#owners.delete(target);
    this.#targets.delete(owner);
  }

  /** Call when no transaction is open: no snapshot is left that a commit could be newer than. */
  forgetCommits(): void {
    this.#committedAt.clear();
  }
}

export const documentTarget = (collectionId: number, rid: number): string => `d${collectionId}:${rid}`;
export const keyTarget = (indexId: number, key: Buffer): string => `k${indexId}:${key.toString('latin1')}`;
export const namespaceTarget = (namespace: string): string => `n${namespace}`;
