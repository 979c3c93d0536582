import { CommandError } from '../command-error.ts';
import { PreparedQuery } from '../execution/find-documents.ts';
import type { Collection } from '../storage/catalog.ts';
import type { StorageView } from '../storage/storage-view.ts';
import type { BsonDocument } from '../values/bson-value.ts';
import { compileStages } from './compile-pipeline.ts';
import { equalityFilter, EqualityTable } from './equality-table.ts';
import { splitPipeline } from './split-pipeline.ts';
import type { CollectionReader, EqualityFinder, StageEnvironment, StageSource } from './stage.ts';

/** Reads collections of one database in the view of the command. */
export class ViewReader implements CollectionReader {
  readonly #view: StorageView;
  readonly #database: string;
  /** Namespaces read, for `$out` and `$merge`, which must not overtake their own source. */
  readonly namespaces = new Set<string>();

  constructor(view: StorageView, database: string) {
    this.#view = view;
    this.#database = database;
  }

  check(collection: string | undefined, stages: readonly StageSource[], environment: StageEnvironment): void {
    if (collection !== undefined) this.#namespace(collection);
    this.#prepare(stages, environment);
  }

  read(collection: string | undefined, stages: readonly StageSource[], environment: StageEnvironment): Iterable<BsonDocument> {
    const { query, run } = this.#prepare(stages, environment);
    return run(collection === undefined ? [] : this.#documents(this.#namespace(collection), query));
  }

  finder(collection: string, field: string, environment: StageEnvironment): EqualityFinder {
    const namespace = this.#namespace(collection);
    const { collation, variables } = environment;
    const prepare = (filter: BsonDocument): PreparedQuery => new PreparedQuery({ filter, collation, variables });
    let table: EqualityTable | undefined;
    return (values) => {
      const found = this.#view.collection(namespace);
      if (found === undefined) return [];
      const query = prepare(equalityFilter(field, values));
      if (query.accessPath(this.#view, found).kind === 'index') return this.#documents(namespace, query);
      table ??= EqualityTable.build(this.#run(prepare({}), found), field, collation);
      return table === undefined || table.isTooLarge ? this.#documents(namespace, query) : table.find(values);
    };
  }

  #prepare(
    stages: readonly StageSource[],
    environment: StageEnvironment,
  ): { query: PreparedQuery; run: ReturnType<typeof compileStages> } {
    const { query, rest } = splitPipeline(stages, environment);
    return { query, run: compileStages(rest, environment) };
  }

  #namespace(collection: string): string {
    if (collection === '' || collection.startsWith('$') || collection.includes('\0'))
      throw new CommandError(73, `Invalid namespace specified '${this.#database}.${collection}'`);
    const namespace = `${this.#database}.${collection}`;
    this.namespaces.add(namespace);
    return namespace;
  }

  *#documents(namespace: string, query: PreparedQuery): Generator<BsonDocument> {
    const collection = this.#view.collection(namespace);
    if (collection !== undefined) yield* this.#run(query, collection);
  }

  *#run(query: PreparedQuery, collection: Collection): Generator<BsonDocument> {
    for (const { document } of query.run(this.#view, collection)) yield document;
  }
}
