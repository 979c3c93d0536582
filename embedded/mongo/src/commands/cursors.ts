import { isNumber } from '../values/bson-value.ts';
import { toInteger } from '../values/numeric.ts';
import { Long } from 'bson';
import { badValue, CommandError } from '../command-error.ts';
import { arrayField, databaseOf, nonNegativeField } from '../execution/read-request.ts';
import type { Command } from './command.ts';

export const cursorCommands: readonly Command[] = [
  {
    name: 'getMore',
    fields: ['collection', 'batchSize'],
    kind: 'read',
    isAllowedInTransaction: true,
    run: ({ body, cursors, transaction }) => {
      const id = body['getMore'];
      const collection = body['collection'];
      if (!(id instanceof Long))
        throw new CommandError(14, "BSON field 'getMore.getMore' is the wrong type, expected type 'long'");
      if (typeof collection !== 'string' || collection === '') throw new CommandError(73, 'Collection names cannot be empty');
      const batchSize = nonNegativeField(body, 'batchSize');
      const options = { batchSize: batchSize === 0 ? undefined : batchSize, transaction };
      return { cursor: cursors.more(id.toBigInt(), `${databaseOf(body)}.${collection}`, options) };
    },
  },
  {
    name: 'killCursors',
    fields: ['cursors'],
    kind: 'read',
    isAllowedInTransaction: true,
    run: ({ body, cursors }) => {
      const ids = arrayField(body, 'cursors').map((value) => {
        const id = isNumber(value) ? toInteger(value) : undefined;
        if (id === undefined) throw badValue("BSON field 'killCursors.cursors' must hold cursor ids");
        return Long.fromBigInt(id);
      });
      if (ids.length === 0) throw badValue('Must specify at least one cursor id in: killCursors');
      const cursorsKilled = ids.filter((id) => cursors.kill(id.toBigInt()));
      const cursorsNotFound = ids.filter((id) => !cursorsKilled.includes(id));
      return { cursorsKilled, cursorsNotFound, cursorsAlive: [], cursorsUnknown: [] };
    },
  },
];
