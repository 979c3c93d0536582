import { Binary } from 'bson';
import { CommandError } from '../command-error.ts';
import { arrayField } from '../execution/read-request.ts';
import { binaryBytes } from '../values/compare.ts';
import { isDocument, isNumber, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import { toInteger } from '../values/numeric.ts';
import type { WriteIdentity } from '../sessions/retryable-writes.ts';
import type { Command } from './command.ts';

/** The id in an `lsid`; throws when it is not a UUID. */
export function sessionId(value: BsonValue): Uint8Array {
  const id = isDocument(value) ? value['id'] : undefined;
  if (!(id instanceof Binary) || id.sub_type !== Binary.SUBTYPE_UUID || id.position !== 16)
    throw new CommandError(9, "'lsid.id' must be a UUID");
  return binaryBytes(id);
}

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

export const sessionCommands: readonly Command[] = [
  {
    name: 'endSessions',
    fields: [],
    kind: 'server',
    isAllowedInTransaction: false,
    run: ({ body, transactions }) => {
      for (const session of arrayField(body, 'endSessions')) transactions.endSession(sessionId(session));
      return {};
    },
  },
  {
    name: 'commitTransaction',
    fields: ['recoveryToken'],
    kind: 'server',
    isAllowedInTransaction: true,
    run: ({ body, transactions }) => {
      transactions.commit(requireIdentity(body));
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
