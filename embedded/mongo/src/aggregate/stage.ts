import type { CommandError } from '../command-error.ts';
import type { BsonDocument, BsonValue } from '../values/bson-value.ts';
import type { Collation } from '../values/collation.ts';

/** One compiled pipeline stage. Streams where it can; `$group` and `$sort` read everything first. */
export type Stage = (documents: Iterable<BsonDocument>) => Iterable<BsonDocument>;

/** A stage as the client wrote it. */
export interface StageSource {
  readonly name: string;
  readonly operand: BsonValue;
}

/**
 * Reads other collections of the database, for `$lookup` and its kin. Collections go by their names without the database;
 * without one the stages begin with `$documents`. A collection that is not there has no documents.
 */
export interface CollectionReader {
  /** Refuses wrong stages before any document is read. */
  check(collection: string | undefined, stages: readonly StageSource[], environment: StageEnvironment): void;
  read(collection: string | undefined, stages: readonly StageSource[], environment: StageEnvironment): Iterable<BsonDocument>;
  /** A function that finds the documents in which a field equals any of some values, by an index or a table made once. */
  finder(collection: string, field: string, environment: StageEnvironment): EqualityFinder;
}

export type EqualityFinder = (values: readonly BsonValue[]) => Iterable<BsonDocument>;

export interface StageEnvironment {
  readonly collation?: Collation | undefined;
  /** `NOW` and the values of `let`. */
  readonly variables: ReadonlyMap<string, BsonValue>;
  /** Absent where a pipeline may not read collections, as in an update. */
  readonly reader?: CollectionReader;
  /** False when the client forbade temporary files. */
  readonly allowsDiskUse?: boolean;
}

/** Parses and compiles pipelines within a stage. */
export interface PipelineCompiler {
  /** `refused` names the error of stages that have no place there. */
  parse(pipeline: BsonValue, refused: (name: string) => CommandError | undefined): StageSource[];
  compile(stages: readonly StageSource[], environment: StageEnvironment): Stage;
}

export type StageCompiler = (operand: BsonValue, environment: StageEnvironment, pipelines: PipelineCompiler) => Stage;

/** Stages that write: they are the command's business and stand at the end. */
export const OUTPUT_STAGES: ReadonlySet<string> = new Set(['$out', '$merge']);

/** A stage that makes one document of each. */
export function mapStage(change: (document: BsonDocument) => BsonDocument): Stage {
  return function* (documents) {
    for (const document of documents) yield change(document);
  };
}
