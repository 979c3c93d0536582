import type { Catalog, Collection } from './catalog.ts';
import { DocumentWriter } from './document-writer.ts';
import type { IndexDefinition } from './index-definition.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

/** Documents indexed between two chances for other commands to run. */
const STEP = 500;

export interface IndexBuild {
  readonly catalog: Catalog;
  readonly collection: Collection;
  readonly index: IndexDefinition;
  /** Runs a function in a commit, with the number that commit will have. */
  readonly step: <Result>(run: (connection: SqliteConnection, commitNumber: number) => Result) => Promise<Result>;
}

/**
 * Fills an index of a large collection in many small commits. Writes in between keep the index up to date themselves; queries do
 * not use it before its end. When a document does not fit, a duplicate for example, the index is dropped and the error thrown.
 */
export async function buildInSteps({ catalog, collection, index, step }: IndexBuild): Promise<void> {
  let after: number | undefined = 0;
  try {
    while (after !== undefined) {
      const from: number = after;
      after = await step((connection, commitNumber) => {
        if (collection.isDropped || !collection.indexes.includes(index)) return undefined;
        const writer = new DocumentWriter(connection, catalog);
        const last = writer.buildEntries(collection, [index], { after: from, limit: STEP });
        if (last === undefined) catalog.finishIndex(connection, collection, index, commitNumber);
        return last;
      });
    }
  } catch (error) {
    await step((connection) => {
      if (!collection.isDropped && collection.indexes.includes(index)) catalog.dropIndex(connection, collection, index);
    });
    throw error;
  }
}

/** An index that was being built when the process died has never been acknowledged: it goes. */
export function dropUnfinishedIndexes(connection: SqliteConnection, catalog: Catalog): void {
  for (const collection of catalog.all()) {
    for (const index of collection.indexes.filter(({ isBuilding }) => isBuilding)) {
      catalog.dropIndex(connection, collection, index);
    }
  }
}
