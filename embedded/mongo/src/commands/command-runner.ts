import { CommandError } from '../command-error.ts';
import { nonNegativeField } from '../execution/read-request.ts';
import { ClusterTime } from '../sessions/cluster-time.ts';
import { CursorRegistry } from '../sessions/cursor-registry.ts';
import { SnapshotReads } from '../sessions/snapshot-reads.ts';
import { forgetOldReplies, storedReply, storeReply, type WriteIdentity } from '../sessions/retryable-writes.ts';
import { sessionKey, TransactionRegistry, type SessionTransaction } from '../sessions/transaction-registry.ts';
import type { DocumentStore } from '../storage/document-store.ts';
import type { ShapeLog } from '../shapes/shape-log.ts';
import type { StorageView } from '../storage/storage-view.ts';
import { ClaimedByTransaction } from '../storage/write-claims.ts';
import type { BsonDocument } from '../values/bson-value.ts';
import { ConnectionCut } from '../wire/connection-cut.ts';
import { CursorBatch, type Reply } from '../wire/reply.ts';
import type { Command, CommandContext, DataCommand } from './command.ts';
import { commandsByName } from './command-registry.ts';
import { assertTransactionConcerns, isSnapshotRead, snapshotTime, writeConcernErrorOf } from './concerns.ts';
import { errorLabelsOf, isRetryableWrite } from './error-labels.ts';
import { FailPoints, failPointCommand, withWriteConcernError } from './fail-points.ts';
import { assertStableApi } from './stable-api.ts';
import { identityOf, sessionOf } from './sessions.ts';

/** Fields any command may carry. */
const GENERIC_FIELDS = new Set(
  '$db lsid txnNumber autocommit startTransaction readConcern writeConcern $readPreference $clusterTime maxTimeMS comment apiVersion apiStrict apiDeprecationErrors'.split(
    ' ',
  ),
);
/** A write waits this long for a transaction that has changed the same document: its lifetime limit and a little more. */
const LONGEST_WAIT_MS = 65_000;
/** In between it looks whether that transaction is overdue. */
const LONGEST_PAUSE_MS = 5_000;

export interface RunnerOptions {
  readonly store: DocumentStore;
  readonly address: () => string;
  readonly now: () => number;
  /** Notes kinds of commands, for tests. */
  readonly shapes?: ShapeLog | undefined;
  /** Allows the fail points of drivers' tests. */
  readonly hasTestCommands?: boolean;
}

export interface ClientRequest {
  readonly body: BsonDocument;
  readonly connectionId: number;
}

/** Checks a command, gives it its view of the data, and runs it: alone, in a transaction, or as a write of its own. */
export class CommandRunner {
  readonly #options: RunnerOptions;
  readonly #commands: ReadonlyMap<string, Command>;
  readonly #failPoints: FailPoints;
  readonly #clusterTime: ClusterTime;
  readonly #snapshots: SnapshotReads;
  readonly cursors: CursorRegistry;
  readonly transactions: TransactionRegistry;

  constructor(options: RunnerOptions) {
    const { store, now, hasTestCommands } = options;
    this.#options = options;
    this.#failPoints = new FailPoints(hasTestCommands === true);
    this.#commands = commandsByName(store.catalog, this.#failPoints.isEnabled ? [failPointCommand] : []);
    this.#clusterTime = new ClusterTime(now);
    this.#snapshots = new SnapshotReads(store, now);
    this.cursors = new CursorRegistry(now);
    this.transactions = new TransactionRegistry(store, this.cursors, now);
  }

  /** Throws CommandError, with the labels drivers go by, for everything the client did wrong. */
  async run(request: ClientRequest): Promise<Reply> {
    const { body } = request;
    const [name = ''] = Object.keys(body);
    try {
      const reply = this.#failPoints.isEnabled ? await this.#runOrFail(name, request) : await this.#run(name, request);
      return { ...reply, ...this.#clusterTime.fields() };
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      const errorLabels = errorLabelsOf(error, name, body);
      const fields = { ...error.fields, ...(errorLabels.length > 0 ? { errorLabels } : {}), ...this.#clusterTime.fields() };
      throw new CommandError(error.code, error.message, fields);
    }
  }

  /** Closes idle cursors, overdue transactions and forgotten retry records. */
  sweep(): void {
    this.cursors.killIdle();
    this.transactions.abortOverdue();
    this.#snapshots.forgetOld();
    this.#options.store.write((_view, connection) => forgetOldReplies(connection, this.#options.now()));
  }

  async #runOrFail(name: string, request: ClientRequest): Promise<Reply> {
    const failure = await this.#failPoints.before(name, request.body, request.connectionId);
    const reply = await this.#run(name, request);
    return failure === undefined ? reply : withWriteConcernError(reply, failure, isRetryableWrite(name, request.body));
  }

  async #run(name: string, request: ClientRequest): Promise<Reply> {
    const { body } = request;
    const command = this.#commandOf(name, body);
    if (command.kind !== 'server') this.#options.shapes?.record(body, () => this.#planOf(request));
    const isSnapshot = isSnapshotRead(command.name, body);
    const writeConcernError = writeConcernErrorOf(body);
    if (writeConcernError !== undefined) return { ...(await this.#dispatch(command, request)), writeConcernError };
    return isSnapshot ? this.#runOnSnapshot(command, request) : this.#dispatch(command, request);
  }

  async #dispatch(command: Command, request: ClientRequest): Promise<Reply> {
    const { body } = request;
    const identity = identityOf(body);
    if (body['autocommit'] !== undefined || body['startTransaction'] !== undefined)
      return this.#runInTransaction(command, request, identity);
    if (command.kind === 'write' || (command.kind === 'read' && command.writes?.(body) === true))
      return this.#runWrite(command, request, identity);
    return command.run(this.#context(request, this.#options.store.reader(), undefined));
  }

  async #runOnSnapshot(command: Command, request: ClientRequest): Promise<Reply> {
    const wanted = snapshotTime(request.body);
    const time = this.#clusterTime.current();
    const view = this.#snapshots.view(wanted, time);
    const reply = await command.run(this.#context(request, view, undefined));
    const { cursor } = reply;
    if (!(cursor instanceof CursorBatch)) return { ...reply, atClusterTime: wanted ?? time };
    cursor.atClusterTime = wanted ?? time;
    return reply;
  }

  /** How the documents of a command would be found now; undefined for commands that look for none. */
  #planOf(request: ClientRequest): string | undefined {
    const body: BsonDocument = { explain: request.body, verbosity: 'queryPlanner', $db: request.body['$db'] };
    try {
      const reply = this.#commands
        .get('explain')
        ?.run(this.#context({ ...request, body }, this.#options.store.reader(), undefined));
      return /"stage":"(IXSCAN|COLLSCAN|COUNT_SCAN|OR|EOF)"/.exec(JSON.stringify(reply))?.[1];
    } catch (error) {
      if (error instanceof CommandError) return undefined;
      throw error;
    }
  }

  #commandOf(name: string, body: BsonDocument): Command {
    const command = this.#commands.get(name);
    if (command === undefined) throw new CommandError(59, `no such command: '${name}'`);
    assertStableApi(body, command.name);
    for (const field of Object.keys(body).slice(1)) {
      if (!GENERIC_FIELDS.has(field) && !command.fields.includes(field)) {
        throw new CommandError(40415, `BSON field '${command.name}.${field}' is an unknown field.`);
      }
    }
    return command;
  }

  async #runInTransaction(command: Command, request: ClientRequest, identity: WriteIdentity | undefined): Promise<Reply> {
    const { body } = request;
    if (body['autocommit'] !== false) throw new CommandError(72, "'autocommit' must be false in a transaction");
    if (identity === undefined) throw new CommandError(72, "'autocommit' requires a transaction number");
    if (!command.isAllowedInTransaction) {
      throw new CommandError(263, `Cannot run '${command.name}' in a multi-document transaction.`);
    }
    if (command.kind === 'server') {
      const reply = await command.run(this.#context(request, this.#options.store.reader(), undefined));
      this.#clusterTime.advance();
      return reply;
    }
    const isStart = body['startTransaction'] === true;
    assertTransactionConcerns(body, isStart);
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

  async #runWrite(command: DataCommand, request: ClientRequest, identity: WriteIdentity | undefined): Promise<Reply> {
    const { store, now } = this.#options;
    const maxTimeMs = nonNegativeField(request.body, 'maxTimeMS') ?? 0;
    const deadlineMs = now() + (maxTimeMs === 0 ? LONGEST_WAIT_MS : maxTimeMs);
    if (identity !== undefined) this.transactions.noteRetryableWrite(identity);
    for (;;) {
      try {
        let isAnswerLost = false;
        const reply = await store.writeTogether((view, connection) => {
          const repeated = identity === undefined ? undefined : storedReply(connection, identity);
          if (repeated !== undefined) return repeated;
          const fresh = command.run(this.#context(request, view, undefined));
          if (identity === undefined) return fresh;
          storeReply(connection, identity, fresh, now());
          isAnswerLost = this.#failPoints.duringRetryableWrite();
          return fresh;
        });
        this.#clusterTime.advance();
        if (isAnswerLost) throw new ConnectionCut();
        return reply;
      } catch (error) {
        if (!(error instanceof ClaimedByTransaction)) throw error;
        this.transactions.abortOverdue();
        await endOrDeadline(error.owner.ended, Math.min(deadlineMs - now(), LONGEST_PAUSE_MS));
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
    const session = sessionOf(body);
    const cursors = this.cursors.forSession(session === undefined ? undefined : sessionKey(session));
    const now = new Date(this.#options.now());
    const address = this.#options.address();
    return {
      body,
      view,
      transaction,
      cursors,
      transactions: this.transactions,
      failPoints: this.#failPoints,
      address,
      connectionId,
      now,
    };
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
