import type { SessionTransaction } from '../sessions/transaction-registry.ts';
import type { CursorRegistry } from '../sessions/cursor-registry.ts';
import type { TransactionRegistry } from '../sessions/transaction-registry.ts';
import type { StorageView } from '../storage/storage-view.ts';
import type { BsonDocument } from '../values/bson-value.ts';
import type { Reply } from '../wire/reply.ts';

/** What a command works with. */
export interface CommandContext {
  readonly body: BsonDocument;
  readonly view: StorageView;
  readonly transaction: SessionTransaction | undefined;
  readonly cursors: CursorRegistry;
  readonly transactions: TransactionRegistry;
  /** `host:port` as announced to clients. */
  readonly address: string;
  readonly connectionId: number;
  readonly now: Date;
}

/** One database command. */
export interface Command {
  readonly name: string;
  readonly aliases?: readonly string[];
  /** Its fields besides the generic ones; any other is refused with 40415. */
  readonly fields: readonly string[];
  /** Writes run in one SQLite transaction of their own; reads do not block them. */
  readonly kind: 'read' | 'write' | 'server';
  readonly isAllowedInTransaction: boolean;
  readonly run: (context: CommandContext) => Reply;
}
