import { PreparedQuery } from '../execution/find-documents.ts';
import { isDocument, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import { withIndexableConditions } from './expr-conditions.ts';
import { parseLimit } from './order-stages.ts';
import { neededFields } from './pipeline-fields.ts';
import type { StageEnvironment, StageSource } from './stage.ts';

export interface SplitPipeline {
  /** What the leading stages ask of the collection. */
  readonly query: PreparedQuery;
  /** The stages left for the pipeline. */
  readonly rest: readonly StageSource[];
}

/** Takes the leading `$match`, `$sort` and `$limit` as a query, which an index can serve. */
export function splitPipeline(stages: readonly StageSource[], environment: StageEnvironment, hint?: BsonValue): SplitPipeline {
  const filters: BsonDocument[] = [];
  let position = 0;
  const next = (): StageSource | undefined => stages[position];
  for (let stage = next(); stage?.name === '$match' && isDocument(stage.operand); stage = next()) {
    filters.push(stage.operand);
    position += 1;
  }
  const sort = next();
  const hasSort = sort?.name === '$sort' && isDocument(sort.operand) && isSortable(sort.operand);
  if (hasSort) position += 1;
  const limit = next();
  const hasLimit = limit?.name === '$limit';
  if (hasLimit) position += 1;
  const filter = withIndexableConditions(joined(filters), environment);
  const rest = stages.slice(position);
  const { collation, variables } = environment;
  const query = new PreparedQuery({
    filter,
    ...(hasSort ? { sort: sort.operand } : {}),
    limit: hasLimit ? parseLimit(limit.operand) : 0,
    hint,
    collation,
    variables,
    neededFields: neededFields({}, hasSort ? sort.operand : undefined, rest),
  });
  return { query, rest };
}

const isSortable = (sort: BsonDocument): boolean => Object.keys(sort).length > 0 && !Object.hasOwn(sort, '$natural');

function joined(filters: readonly BsonDocument[]): BsonDocument {
  const [first, ...others] = filters;
  if (first === undefined) return {};
  return others.length === 0 ? first : { $and: [...filters] };
}
