import { CommandError } from '../command-error.ts';
import { countItems } from '../execution/count-items.ts';
import { PreparedQuery } from '../execution/find-documents.ts';
import { documentField, documentsIn, namespaceOf } from '../execution/read-request.ts';
import type { AccessPath, IndexScan } from '../planner/access-path.ts';
import type { Collection } from '../storage/catalog.ts';
import { isDocument, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import { prepareAggregate } from './aggregate.ts';
import type { Command, CommandContext } from './command.ts';
import { prepareCount } from './count-and-distinct.ts';
import { prepareFind } from './find.ts';
import { collationOf, commandVariables } from './query-options.ts';
import { SERVER_VERSION } from './server-version.ts';
import type { Reply } from '../wire/reply.ts';

const VERBOSITIES = ['queryPlanner', 'executionStats', 'allPlansExecution'];

/** Shows the plan; beyond `queryPlanner` it also runs the query part, never the write. */
function explain({ body, view, now }: CommandContext): Reply {
  const command = body['explain'];
  if (!isDocument(command)) throw new CommandError(14, "BSON field 'explain' is the wrong type, expected type 'object'");
  const { verbosity = 'allPlansExecution' } = body;
  if (typeof verbosity !== 'string' || !VERBOSITIES.includes(verbosity))
    throw new CommandError(2, "Enumeration value for field 'verbosity' is not a valid value.");
  const [name = ''] = Object.keys(command);
  const explained: BsonDocument = { ...command, $db: body['$db'] };
  const namespace = namespaceOf(explained, name);
  const collection = view.collection(namespace);
  const query = queryOf(name, explained, { variables: commandVariables(command, now), collection });
  const path = collection === undefined ? undefined : query.accessPath(view, collection);
  const needsSort = collection !== undefined && path !== undefined && query.needsSort(path, view, collection);
  const winningPlan = planOf(path, needsSort);
  const queryPlanner = { namespace, parsedQuery: filterOf(name, explained), winningPlan, rejectedPlans: [] };
  const stats = verbosity === 'queryPlanner' ? {} : { executionStats: execute(query, view, namespace) };
  const rest = name === 'aggregate' ? prepareAggregate(explained, new Map(), undefined).rest : [];
  const serverInfo = { version: SERVER_VERSION.slice(0, 3).join('.') };
  if (rest.length === 0) return { explainVersion: '1', queryPlanner, ...stats, command, serverInfo };
  const stages = [{ $cursor: { queryPlanner, ...stats } }, ...rest.map((stage) => ({ [stage.name]: stage.operand }))];
  return { explainVersion: '1', stages, command, serverInfo };
}

/** The statement of a command with several; `explain` takes one only. */
function onlyStatement(name: string, command: BsonDocument): BsonDocument {
  const [statement, ...others] = documentsIn(command, name === 'update' ? 'updates' : 'deletes');
  if (statement === undefined || others.length > 0) throw new CommandError(72, 'explained write batches must be of size 1');
  return statement;
}

/** The filter as given; of a pipeline the stages show it. */
function filterOf(name: string, command: BsonDocument): BsonDocument | undefined {
  if (name === 'find') return documentField(command, 'filter');
  if (name === 'update' || name === 'delete') return documentField(onlyStatement(name, command), 'q');
  return name === 'aggregate' ? undefined : documentField(command, 'query');
}

interface QueryContext {
  readonly variables: ReadonlyMap<string, BsonValue>;
  readonly collection: Collection | undefined;
}

function queryOf(name: string, command: BsonDocument, { variables, collection }: QueryContext): PreparedQuery {
  const collation = collationOf(command['collation'], collection);
  const { hint, sort } = command;
  switch (name) {
    case 'find':
      return prepareFind(command, variables, { collection });
    case 'count':
      return prepareCount(command, collection);
    case 'aggregate':
      return prepareAggregate(command, variables, collation).query;
    case 'distinct':
      return new PreparedQuery({ filter: documentField(command, 'query'), hint, collation, variables });
    case 'findAndModify':
      return new PreparedQuery({ filter: documentField(command, 'query'), sort, hint, limit: 1, collation, variables });
    case 'update':
    case 'delete': {
      const statement = onlyStatement(name, command);
      return new PreparedQuery({ filter: documentField(statement, 'q'), hint: statement['hint'], collation, variables });
    }
    default:
      throw new CommandError(59, `Explain failed due to unknown command: ${name}`);
  }
}

function planOf(path: AccessPath | undefined, needsSort: boolean): BsonDocument {
  if (path === undefined) return { stage: 'EOF' };
  return needsSort ? { stage: 'SORT', inputStage: accessPlan(path) } : accessPlan(path);
}

function accessPlan(path: AccessPath): BsonDocument {
  if (path.kind === 'collection') return { stage: 'COLLSCAN', direction: path.isReverse ? 'backward' : 'forward' };
  if (path.kind === 'index') return { stage: 'FETCH', inputStage: indexPlan(path) };
  return { stage: 'FETCH', inputStage: { stage: 'OR', inputStages: path.branches.map(indexPlan) } };
}

function indexPlan({ index, isReverse }: IndexScan): BsonDocument {
  return {
    stage: 'IXSCAN',
    keyPattern: index.specification['key'],
    indexName: index.name,
    isMultiKey: index.isMultikey,
    isUnique: index.isUnique,
    isSparse: index.isSparse,
    isPartial: index.partialFilter !== undefined,
    direction: isReverse ? 'backward' : 'forward',
  };
}

function execute(query: PreparedQuery, view: CommandContext['view'], namespace: string): Reply {
  const collection = view.collection(namespace);
  let totalDocsExamined = 0;
  const examine = (): void => {
    totalDocsExamined += 1;
  };
  const nReturned = collection === undefined ? 0 : countItems(query.run(view, collection, examine));
  return { executionSuccess: true, nReturned, totalDocsExamined };
}

export const explainCommand: Command = {
  name: 'explain',
  fields: ['verbosity'],
  kind: 'read',
  isAllowedInTransaction: false,
  run: explain,
};
