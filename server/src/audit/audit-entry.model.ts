/** One use case, as told to the audit log: who, what, which record, from where, how it ended. Never content. */
export interface AuditFact {
  /** The user's id; null for nobody logged in or the system. */
  actorId: string | null;
  action: string;
  subject: string | null;
  address: string;
  /** done, refused:<problem code>, failed, or interrupted when the process died in the middle. */
  outcome: string;
  /** Makes an append repeatable: a second entry of the same source is not written. */
  source?: string;
}

/** An entry in the chain: its hash covers its content and the hash before it. */
export interface AuditEntry extends Omit<AuditFact, 'source'> {
  sequence: number;
  at: string;
  source: string | null;
  previousHash: string;
  hash: string;
}

/** What stands before the first entry. */
export const CHAIN_START = '0'.repeat(64);

/** The text that an entry's hash is taken of: every field in a fixed order. */
export function hashedText(entry: Omit<AuditEntry, 'hash'>): string {
  const { previousHash, sequence, at, actorId, action, subject, address, outcome, source } = entry;
  return JSON.stringify([previousHash, sequence, at, actorId, action, subject, address, outcome, source]);
}
