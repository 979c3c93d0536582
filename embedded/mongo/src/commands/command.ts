import type { SessionCursors } from '../sessions/cursor-registry.ts';
import type { SessionTransaction, TransactionRegistry } from '../sessions/transaction-registry.ts';
import type { StorageView } from '../storage/storage-view.ts';
import type { BsonDocument } from '../values/bson-value.ts';
import type { Reply } from '../wire/reply.ts';
import type { FailPoints } from './fail-points.ts';

/** What a command works with. */
export interface CommandContext {
  readonly body: BsonDocument;
  readonly view: StorageView;
  readonly transaction: SessionTransaction | undefined;
  readonly cursors: SessionCursors;
  readonly transactions: TransactionRegistry;
  readonly failPoints: FailPoints;
  /** `host:port` as announced to clients. */
  readonly address: string;
  readonly connectionId: number;
  readonly now: Date;
}

interface CommandForm {
  readonly name: string;
  readonly aliases?: readonly string[];
  /** Its fields besides the generic ones; any other is refused with 40415. */
  readonly fields: readonly string[];
  readonly isAllowedInTransaction: boolean;
}

/** Reads see one view of the data; writes run in one SQLite transaction of their own. Both run without a pause. */
export interface DataCommand extends CommandForm {
  readonly kind: 'read' | 'write';
  /** Tells whether a command that is mostly a read writes in this case, as `aggregate` with `$out` does. */
  readonly writes?: (body: BsonDocument) => boolean;
  readonly run: (context: CommandContext) => Reply;
}

/** Concerns the server and its sessions, not a collection. */
export interface ServerCommand extends CommandForm {
  readonly kind: 'server';
  readonly run: (context: CommandContext) => Reply | Promise<Reply>;
}

/** One database command. */
export type Command = DataCommand | ServerCommand;
