import { CommandError } from '../command-error.ts';
import type { BsonDocument } from '../values/bson-value.ts';

/** Commands of MongoDB's Stable API version 1 (https://www.mongodb.com/docs/manual/reference/stable-api/). */
const VERSION_1 = new Set(
  (
    'abortTransaction aggregate bulkWrite collMod commitTransaction count create createIndexes delete distinct drop dropDatabase ' +
    'dropIndexes endSessions explain find findAndModify getMore hello insert killCursors killSessions listCollections ' +
    'listDatabases listIndexes ping refreshSessions update'
  ).split(' '),
);

/** Checks the declared API version of a command: only "1" exists; `apiStrict` allows nothing outside it. */
export function assertStableApi(body: BsonDocument, commandName: string): void {
  const { apiVersion, apiStrict, apiDeprecationErrors } = body;
  if (apiVersion === undefined) {
    if (apiStrict !== undefined || apiDeprecationErrors !== undefined)
      throw new CommandError(4886600, 'Provided apiStrict and/or apiDeprecationErrors without passing apiVersion');
    return;
  }
  if (typeof apiVersion !== 'string')
    throw new CommandError(14, "BSON field 'apiVersion' is the wrong type, expected type 'string'");
  if (apiVersion !== '1') throw new CommandError(322, 'API version must be "1"');
  if (apiStrict === true && !VERSION_1.has(commandName))
    throw new CommandError(323, `Provided apiStrict:true, but the command ${commandName} is not in API Version 1`);
}
