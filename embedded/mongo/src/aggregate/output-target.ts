import { CommandError, typeMismatch } from '../command-error.ts';
import type { WriteOptions } from '../execution/write-documents.ts';
import type { StorageView } from '../storage/storage-view.ts';
import { decodeDocument, encodeDocument } from '../values/bson-codec.ts';
import type { BsonDocument } from '../values/bson-value.ts';
import type { StageEnvironment } from './stage.ts';

export interface OutputEnvironment {
  readonly view: StorageView;
  /** The database of the aggregation, which `into` names by default. */
  readonly database: string;
  readonly environment: StageEnvironment;
  /** How documents are stored: the time of the command, and whether validators are asked. */
  readonly writing: WriteOptions;
}

/** Writes the results of a pipeline; `sources` are the namespaces it reads. */
export type Output = (results: Iterable<BsonDocument>, sources: ReadonlySet<string>) => void;

/** Keeps results as bytes, which take less memory than documents. */
export function heldResults(results: Iterable<BsonDocument>): Iterable<BsonDocument> {
  const bytes = Array.from(results, (document) => encodeDocument(document));
  return (function* (): Generator<BsonDocument> {
    for (const document of bytes) yield decodeDocument(document);
  })();
}

/** The namespace of `{ db, coll }`. */
export function targetNamespace(stage: string, target: BsonDocument, database: string): string {
  const unknown = Object.keys(target).find((name) => name !== 'db' && name !== 'coll');
  if (unknown !== undefined) throw new CommandError(40415, `BSON field '${stage}.${unknown}' is an unknown field.`);
  const { db = database, coll } = target;
  if (coll === undefined) throw new CommandError(40414, `BSON field '${stage}.coll' is missing but a required field`);
  if (typeof db !== 'string' || typeof coll !== 'string') throw typeMismatch(`${stage} takes strings as 'db' and 'coll'`);
  return namespaceOf(stage, db, coll);
}

export function namespaceOf(stage: string, database: string, collection: string): string {
  if (collection === '' || collection.startsWith('$') || collection.startsWith('.') || /[\0]/.test(collection))
    throw new CommandError(73, `Invalid ${stage} target namespace: '${database}.${collection}'`);
  if (collection.startsWith('system.'))
    throw new CommandError(stage === '$out' ? 17385 : 31319, `Can't ${stage} to special collection: ${collection}`);
  if (['admin', 'config', 'local'].includes(database))
    throw new CommandError(stage === '$out' ? 31321 : 31320, `Can't ${stage} to internal database: ${database}`);
  return `${database}.${collection}`;
}
