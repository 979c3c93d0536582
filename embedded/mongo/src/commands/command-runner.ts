import { CommandError, failedToParse, notSupported } from '../command-error.ts';
import { documentField, nonNegativeField } from '../execution/read-request.ts';
import { CursorRegistry } from '../sessions/cursor-registry.ts';
import { forgetOldReplies, storedReply, storeReply, type WriteIdentity } from '../sessions/retryable-writes.ts';
import { TransactionRegistry, type SessionTransaction } from '../sessions/transaction-registry.ts';
import type { DocumentStore } from '../storage/document-store.ts';
import { ClaimedByTransaction } from '../storage/write-claims.ts';
import type { StorageView } from '../storage/storage-view.ts';
import { isNumber, type BsonDocument } from '../values/bson-value.ts';
import { toDouble } from '../values/numeric.ts';
import { type Reply } from '../wire/reply.ts';
import type { Command, CommandContext } from './command.ts';
import { commandsByName } from './command-registry.ts';
import { identityOf } from './sessions.ts';

/** Fields any command may carry. */
const GENERIC_FIELDS = new Set(
  '$db lsid txnNumber autocommit startTransaction readConcern writeConcern $readPreference $clusterTime maxTimeMS comment apiVersion apiStrict apiDeprecationErrors'.split(
    ' ',
  ),
);
const READ_LEVELS = ['local', 'available', 'majority', 'linearizable', 'snapshot'];
/** A write waits this long for a transaction that has changed the same document: its lifetime limit and a little more. */
const LONGEST_WAIT_MS = 65_000;

export interface RunnerOptions {
  readonly store: DocumentStore;
  readonly address: () => string;
  readonly now: () => number;
}

export interface ClientRequest {
  readonly body: BsonDocument;
  readonly connectionId: number;
}

/** Checks a command, gives it its view of the data, and runs it: alone, in a transaction, or as a write of its own. */
export class CommandRunner {
  readonly #options: RunnerOptions;
  readonly #commands: ReadonlyMap<string, Command>;
  readonly cursors: CursorRegistry;
  readonly transactions: TransactionRegistry;

  constructor(options: RunnerOptions) {
    this.#options = options;
    this.#commands = commandsByName(options.store.catalog);
    this.cursors = new CursorRegistry(options.now);
    this.transactions = new TransactionRegistry(options.store, this.cursors, options.now);
  }

  /** Throws CommandError for everything the client did wrong. */
  async run(request: ClientRequest): Promise<Reply> {
    const { body } = request;
    const command = this.#commandOf(body);
    assertConcerns(body);
    const identity = identityOf(body);
    if (body['autocommit'] !== undefined || body['startTransaction'] !== undefined)
      return this.#runInTransaction(command, request, identity);
    if (command.kind === 'write') return this.#runWrite(command, request, identity);
    return command.run(this.#context(request, this.#options.store.reader(), undefined));
  }

  /** Closes idle cursors, overdue transactions and forgotten retry records. */
  sweep(): void {
    this.cursors.killIdle();
    this.transactions.abortOverdue();
    this.#options.store.write((_view, connection) => forgetOldReplies(connection, this.#options.now()));
  }

  #commandOf(body: BsonDocument): Command {
    const [name = ''] = Object.keys(body);
    const command = this.#commands.get(name);
    if (command === undefined) throw new CommandError(59, `no such command: '${name}'`);
    for (const field of Object.keys(body).slice(1)) {
      if (!GENERIC_FIELDS.has(field) && !command.fields.includes(field)) {
        throw new CommandError(40415, `BSON field '${command.name}.${field}' is an unknown field.`);
      }
    }
    return command;
  }

  #runInTransaction(command: Command, request: ClientRequest, identity: WriteIdentity | undefined): Reply {
    const { body } = request;
    if (body['autocommit'] !== false) throw new CommandError(72, "'autocommit' must be false in a transaction");
    if (identity === undefined) throw new CommandError(72, "'autocommit' requires a transaction number");
    if (!command.isAllowedInTransaction) {
      throw new CommandError(263, `Cannot run '${command.name}' in a multi-document transaction.`);
    }
    if (command.kind === 'server') return command.run(this.#context(request, this.#options.store.reader(), undefined));
    if (body['writeConcern'] !== undefined)
      throw new CommandError(72, 'writeConcern is not allowed within a multi-statement transaction');
    const isStart = body['startTransaction'] === true;
    const transaction = isStart ? this.transactions.start(identity) : this.transactions.active(identity);
    try {
      const reply = command.run(this.#context(request, transaction.open.view, transaction));
      if (reply['writeErrors'] !== undefined) this.transactions.fail(transaction);
      return reply;
    } catch (error) {
      this.transactions.fail(transaction);
      throw error;
    }
  }

  async #runWrite(command: Command, request: ClientRequest, identity: WriteIdentity | undefined): Promise<Reply> {
    const { store, now } = this.#options;
    const maxTimeMs = nonNegativeField(request.body, 'maxTimeMS') ?? 0;
    const deadlineMs = now() + (maxTimeMs === 0 ? LONGEST_WAIT_MS : maxTimeMs);
    for (;;) {
      try {
        return store.write((view, connection) => {
          const repeated = identity === undefined ? undefined : storedReply(connection, identity);
          if (repeated !== undefined) return repeated;
          const reply = command.run(this.#context(request, view, undefined));
          if (identity !== undefined) storeReply(connection, identity, reply, now());
          return reply;
        });
      } catch (error) {
        if (!(error instanceof ClaimedByTransaction)) throw error;
        await endOrDeadline(error.owner.ended, deadlineMs - now());
        if (now() >= deadlineMs)
          throw new CommandError(50, 'operation exceeded time limit while waiting for an open transaction');
      }
    }
  }

  #context(
    { body, connectionId }: ClientRequest,
    view: StorageView,
    transaction: SessionTransaction | undefined,
  ): CommandContext {
    const { cursors, transactions } = this;
    const now = new Date(this.#options.now());
    return { body, view, transaction, cursors, transactions, address: this.#options.address(), connectionId, now };
  }
}

function assertConcerns(body: BsonDocument): void {
  const { w } = documentField(body, 'writeConcern');
  if (isNumber(w) && toDouble(w) > 1) throw new CommandError(100, 'Not enough data-bearing nodes');
  if (typeof w === 'string' && w !== 'majority')
    throw new CommandError(79, `No write concern mode named '${w}' found in replica set configuration`);
  const { level, atClusterTime } = documentField(body, 'readConcern');
  if (level !== undefined && (typeof level !== 'string' || !READ_LEVELS.includes(level)))
    throw failedToParse('Invalid readConcern level');
  if (atClusterTime !== undefined || (level === 'snapshot' && body['autocommit'] === undefined)) {
    throw notSupported('a snapshot read outside a transaction');
  }
}

async function endOrDeadline(ended: Promise<void>, waitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, Math.max(0, waitMs));
  });
  await Promise.race([ended, timeout]);
  clearTimeout(timer);
}
