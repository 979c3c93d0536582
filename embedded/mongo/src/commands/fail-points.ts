import { setTimeout as delay } from 'node:timers/promises';
import { badValue, CommandError, notSupported } from '../command-error.ts';
import { arrayField, booleanField, documentField, integerField } from '../execution/read-request.ts';
import { getField, isDocument, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import { ConnectionCut } from '../wire/connection-cut.ts';
import type { Reply } from '../wire/reply.ts';
import type { Command } from './command.ts';
import { isRetryableCode } from './error-labels.ts';

interface FailPoint {
  readonly data: BsonDocument;
  skip: number;
  times: number;
}

const NAMES = ['failCommand', 'onPrimaryTransactionalWrite'];
const NEVER_FAILED = ['configureFailPoint'];

/** What a fail point does to one command that is about to run. */
export interface PlannedFailure {
  /** Added to the answer when the command has run. */
  readonly writeConcernError: BsonDocument | undefined;
  readonly errorLabels: readonly string[] | undefined;
}

/**
 * The two fail points by which drivers' tests make a server fail, as mongod has them with `enableTestCommands`. They exist only in
 * a server started with `--test-commands`.
 */
export class FailPoints {
  readonly isEnabled: boolean;
  readonly #active = new Map<string, FailPoint>();
  readonly #applications = new Map<number, string>();

  constructor(isEnabled: boolean) {
    this.isEnabled = isEnabled;
  }

  configure(body: BsonDocument): void {
    const name = body['configureFailPoint'];
    if (typeof name !== 'string' || !NAMES.includes(name)) throw notSupported('this fail point');
    const mode = body['mode'];
    if (mode === 'off') this.#active.delete(name);
    else this.#active.set(name, { data: documentField(body, 'data'), ...parseMode(mode) });
  }

  /** Waits, throws or cuts the connection when `failCommand` names this command; otherwise says what to do after it. */
  async before(name: string, body: BsonDocument, connectionId: number): Promise<PlannedFailure | undefined> {
    this.#noteApplication(body, connectionId);
    const failPoint = this.#active.get('failCommand');
    if (failPoint === undefined || !this.#concerns(failPoint.data, name, connectionId) || !takeTurn(failPoint)) return undefined;
    const { data } = failPoint;
    if (booleanField(data, 'blockConnection')) await delay(integerField(data, 'blockTimeMS') ?? 0);
    if (booleanField(data, 'closeConnection')) throw new ConnectionCut();
    const labels = data['errorLabels'] === undefined ? undefined : arrayField(data, 'errorLabels').map(String);
    const code = integerField(data, 'errorCode');
    if (code !== undefined) {
      throw new CommandError(
        code,
        "Failing command via 'failCommand' failpoint",
        labels === undefined ? {} : { errorLabels: labels },
      );
    }
    const { writeConcernError } = data;
    return { writeConcernError: isDocument(writeConcernError) ? writeConcernError : undefined, errorLabels: labels };
  }

  /**
   * To be called inside the commit of a retryable write: throws when it is to fail there. Returns true when the write is to be
   * committed and its answer lost.
   */
  duringRetryableWrite(): boolean {
    const failPoint = this.#active.get('onPrimaryTransactionalWrite');
    if (failPoint === undefined || !takeTurn(failPoint)) return false;
    const { data } = failPoint;
    const isCut = data['closeConnection'] === undefined || booleanField(data, 'closeConnection');
    const code = integerField(data, 'failBeforeCommitExceptionCode');
    if (code === undefined) return isCut;
    throw isCut ? new ConnectionCut() : new CommandError(code, "Failing write via 'onPrimaryTransactionalWrite' failpoint");
  }

  #noteApplication(body: BsonDocument, connectionId: number): void {
    const client = body['client'];
    const application = isDocument(client) ? client['application'] : undefined;
    const name = isDocument(application) ? application['name'] : undefined;
    if (typeof name === 'string') this.#applications.set(connectionId, name);
  }

  #concerns(data: BsonDocument, name: string, connectionId: number): boolean {
    if (NEVER_FAILED.includes(name)) return false;
    if (data['appName'] !== undefined && data['appName'] !== this.#applications.get(connectionId)) return false;
    const names = getField(data, 'failCommands');
    return Array.isArray(names) && names.includes(name);
  }
}

/** The answer of a command that ran and whose write concern is said to have failed. */
export function withWriteConcernError(
  reply: Reply,
  { writeConcernError, errorLabels }: PlannedFailure,
  isRetryableWrite: boolean,
): Reply {
  if (writeConcernError === undefined) return reply;
  const code = integerField(writeConcernError, 'code') ?? 0;
  const labels = errorLabels ?? (isRetryableWrite && isRetryableCode(code) ? ['RetryableWriteError'] : []);
  return { ...reply, writeConcernError, ...(labels.length > 0 ? { errorLabels: labels } : {}) };
}

function parseMode(mode: BsonValue): { skip: number; times: number } {
  if (mode === 'alwaysOn') return { skip: 0, times: Infinity };
  if (!isDocument(mode)) throw badValue("the mode of a fail point is 'off', 'alwaysOn', { times } or { skip }");
  return { skip: integerField(mode, 'skip') ?? 0, times: integerField(mode, 'times') ?? Infinity };
}

function takeTurn(failPoint: FailPoint): boolean {
  if (failPoint.skip > 0) {
    failPoint.skip -= 1;
    return false;
  }
  if (failPoint.times <= 0) return false;
  failPoint.times -= 1;
  return true;
}

export const failPointCommand: Command = {
  name: 'configureFailPoint',
  fields: ['mode', 'data'],
  kind: 'server',
  isAllowedInTransaction: false,
  run: ({ body, failPoints }) => {
    if (body['$db'] !== 'admin') throw new CommandError(13, 'configureFailPoint may only be run against the admin database.');
    failPoints.configure(body);
    return { count: 0 };
  },
};
