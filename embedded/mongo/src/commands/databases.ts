import { CommandError } from '../command-error.ts';
import { booleanField, documentField } from '../execution/read-request.ts';
import { compileFilter } from '../query/compile-filter.ts';
import type { BsonDocument } from '../values/bson-value.ts';
import type { Catalog } from '../storage/catalog.ts';
import type { Command } from './command.ts';

/** `listDatabases` needs the whole catalog, not one database's part. */
export function databaseCommands(catalog: Catalog): readonly Command[] {
  return [
    {
      name: 'listDatabases',
      fields: ['filter', 'nameOnly', 'authorizedDatabases'],
      kind: 'read',
      isAllowedInTransaction: false,
      run: ({ body }) => {
        if (body['$db'] !== 'admin') throw new CommandError(13, 'listDatabases may only be run against the admin database.');
        const matches = compileFilter(documentField(body, 'filter'));
        const names = new Set(catalog.all().map((collection) => collection.namespace.split('.')[0] ?? ''));
        // Collections of all databases share one file: a single database has no size on disk to report, and none is made up.
        const databases = [...names]
          .sort()
          .map((name): BsonDocument => ({ name, empty: false }))
          .filter((entry) => matches(entry));
        return { databases: booleanField(body, 'nameOnly') ? databases.map(({ name }) => ({ name })) : databases };
      },
    },
  ];
}
