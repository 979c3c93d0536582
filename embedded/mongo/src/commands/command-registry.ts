import type { Catalog } from '../storage/catalog.ts';
import { aggregateCommand } from './aggregate.ts';
import { bulkWriteCommand } from './bulk-write.ts';
import { collectionChangeCommands } from './collection-changes.ts';
import { collectionCommands } from './collections.ts';
import type { Command } from './command.ts';
import { countCommand, distinctCommand } from './count-and-distinct.ts';
import { cursorCommands } from './cursors.ts';
import { databaseCommands } from './databases.ts';
import { deleteCommand } from './delete.ts';
import { explainCommand } from './explain.ts';
import { findAndModifyCommand } from './find-and-modify.ts';
import { findCommand } from './find.ts';
import { handshakeCommands } from './handshake.ts';
import { indexCommands } from './indexes.ts';
import { insertCommand } from './insert.ts';
import { serverInfoCommands } from './server-info.ts';
import { sessionCommands } from './sessions.ts';
import { statisticsCommands } from './statistics.ts';
import { updateCommand } from './update.ts';

/** All commands by every name they answer to. */
export function commandsByName(catalog: Catalog, testCommands: readonly Command[]): ReadonlyMap<string, Command> {
  const commands = [
    ...handshakeCommands,
    ...serverInfoCommands,
    ...sessionCommands,
    ...cursorCommands,
    ...collectionCommands,
    ...collectionChangeCommands,
    ...databaseCommands(catalog),
    ...indexCommands,
    ...statisticsCommands,
    aggregateCommand,
    bulkWriteCommand,
    countCommand,
    deleteCommand,
    distinctCommand,
    explainCommand,
    findAndModifyCommand,
    findCommand,
    insertCommand,
    updateCommand,
    ...testCommands,
  ];
  return new Map(
    commands.flatMap((command) => [command.name, ...(command.aliases ?? [])].map((name) => [name, command] as const)),
  );
}
