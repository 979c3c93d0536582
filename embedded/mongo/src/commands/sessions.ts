import { randomUUID } from 'node:crypto';
import { Binary, Int32, UUID } from 'bson';
import { CommandError } from '../command-error.ts';
import { arrayField } from '../execution/read-request.ts';
import { binaryBytes } from '../values/compare.ts';
import { isDocument, isNumber, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import { toInteger } from '../values/numeric.ts';
import type { WriteIdentity } from '../sessions/retryable-writes.ts';
import type { Reply } from '../wire/reply.ts';
import type { Command, CommandContext, ServerCommand } from './command.ts';

/** As `hello` announces it. */
const SESSION_MINUTES = 30;

/** The id in an `lsid`; throws when it is not a UUID. */
export function sessionId(value: BsonValue): Uint8Array {
  const id = isDocument(value) ? value['id'] : undefined;
  if (!(id instanceof Binary) || id.sub_type !== Binary.SUBTYPE_UUID || id.position !== 16)
    throw new CommandError(9, "'lsid.id' must be a UUID");
  return binaryBytes(id);
}

/** The session a command belongs to. */
export const sessionOf = (body: BsonDocument): Uint8Array | undefined =>
  body['lsid'] === undefined ? undefined : sessionId(body['lsid']);

/** Session and number of a command that has both. */
export function identityOf(body: BsonDocument): WriteIdentity | undefined {
  const number = body['txnNumber'];
  if (number === undefined) return undefined;
  if (body['lsid'] === undefined) throw new CommandError(72, 'Transaction number requires a session ID to also be specified');
  const integer = isNumber(number) ? toInteger(number) : undefined;
  if (integer === undefined || integer < 0n) throw new CommandError(72, 'Transaction number cannot be negative');
  return { session: sessionId(body['lsid']), number: integer };
}

function requireIdentity(body: BsonDocument): WriteIdentity {
  const identity = identityOf(body);
  if (identity === undefined || body['autocommit'] !== false)
    throw new CommandError(125, 'This command must be run within a transaction');
  return identity;
}

type SessionUse = (context: CommandContext, session: Uint8Array) => void;

/** A command whose first field is a list of session ids. */
function sessionListCommand(name: string, use: SessionUse): ServerCommand {
  return {
    name,
    fields: [],
    kind: 'server',
    isAllowedInTransaction: false,
    run: (context) => {
      for (const session of arrayField(context.body, name)) use(context, sessionId(session));
      return {};
    },
  };
}

const endSession: SessionUse = ({ transactions }, session) => transactions.endSession(session);

/** Ends all sessions for an empty list, and those named otherwise. */
function killAll(context: CommandContext, name: string, idOf: (entry: BsonValue) => BsonValue): Reply {
  const entries = arrayField(context.body, name);
  for (const entry of entries) endSession(context, sessionId(idOf(entry)));
  if (entries.length === 0) context.transactions.endAllSessions();
  return {};
}

export const sessionCommands: readonly Command[] = [
  {
    name: 'startSession',
    fields: [],
    kind: 'server',
    isAllowedInTransaction: false,
    run: () => ({ id: { id: new UUID(randomUUID()) }, timeoutMinutes: new Int32(SESSION_MINUTES) }),
  },
  sessionListCommand('endSessions', endSession),
  sessionListCommand('killSessions', endSession),
  // A session here holds nothing that would expire on its own: its cursors and its transaction have limits of their own.
  sessionListCommand('refreshSessions', () => undefined),
  {
    name: 'killAllSessions',
    fields: [],
    kind: 'server',
    isAllowedInTransaction: false,
    run: (context) => {
      // Users are { user, db }; without access control all sessions are those of nobody.
      if (arrayField(context.body, 'killAllSessions').length > 0) return {};
      return killAll(context, 'killAllSessions', (entry) => entry);
    },
  },
  {
    name: 'killAllSessionsByPattern',
    fields: [],
    kind: 'server',
    isAllowedInTransaction: false,
    run: (context) => killAll(context, 'killAllSessionsByPattern', (entry) => (isDocument(entry) ? entry['lsid'] : undefined)),
  },
  {
    name: 'commitTransaction',
    fields: ['recoveryToken'],
    kind: 'server',
    isAllowedInTransaction: true,
    run: async ({ body, transactions }) => {
      await transactions.commit(requireIdentity(body));
      return {};
    },
  },
  {
    name: 'abortTransaction',
    fields: ['recoveryToken'],
    kind: 'server',
    isAllowedInTransaction: true,
    run: ({ body, transactions }) => {
      transactions.abort(requireIdentity(body));
      return {};
    },
  },
];
