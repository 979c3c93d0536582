import { CommandError } from '../command-error.ts';
import type { CollectionReader, StageEnvironment } from './stage.ts';

/** The reader of a stage that needs other collections. */
export function readerOf({ reader }: StageEnvironment, stage: string): CollectionReader {
  if (reader === undefined) throw new CommandError(72, `${stage} is not allowed to be used within an update`);
  return reader;
}
