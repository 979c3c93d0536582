import { CommandError, notSupported } from '../command-error.ts';
import { countItems } from '../execution/count-items.ts';
import { PreparedQuery } from '../execution/find-documents.ts';
import { documentField, documentsIn, namespaceOf } from '../execution/read-request.ts';
import type { AccessPath, IndexScan } from '../planner/access-path.ts';
import { isDocument, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import { parseCollation } from '../values/collation.ts';
import { prepareAggregate } from './aggregate.ts';
import type { Command, CommandContext } from './command.ts';
import { prepareCount } from './count-and-distinct.ts';
import { prepareFind } from './find.ts';
import { commandVariables } from './query-options.ts';
import type { Reply } from '../wire/reply.ts';

function explain({ body, view, now }: CommandContext): Reply {
  const command = body['explain'];
  if (!isDocument(command)) throw new CommandError(14, "BSON field 'explain' is the wrong type, expected type 'object'");
  const [name = ''] = Object.keys(command);
  const explained: BsonDocument = { ...command, $db: body['$db'] };
  const namespace = namespaceOf(explained, name);
  const query = queryOf(name, explained, commandVariables(command, now));
  const collection = view.collection(namespace);
  const path = collection === undefined ? undefined : query.accessPath(view, collection);
  const needsSort = collection !== undefined && path !== undefined && query.needsSort(path, view, collection);
  const queryPlanner = { namespace, winningPlan: planOf(path, needsSort), rejectedPlans: [] };
  if (body['verbosity'] === 'queryPlanner') return { queryPlanner, command };
  if (name !== 'find' && name !== 'count') throw notSupported(`explain of ${name} with a verbosity other than 'queryPlanner'`);
  return { queryPlanner, executionStats: execute(query, view, namespace), command };
}

function queryOf(name: string, command: BsonDocument, variables: ReadonlyMap<string, BsonValue>): PreparedQuery {
  const collation = parseCollation(command['collation']);
  switch (name) {
    case 'find':
      return prepareFind(command, variables).query;
    case 'count':
      return prepareCount(command);
    case 'aggregate':
      return prepareAggregate(command, variables, collation).query;
    case 'distinct':
    case 'findAndModify':
      return new PreparedQuery({
        filter: documentField(command, 'query'),
        sort: command['sort'],
        hint: command['hint'],
        collation,
        variables,
      });
    case 'update':
    case 'delete': {
      const [statement = {}] = documentsIn(command, name === 'update' ? 'updates' : 'deletes');
      return new PreparedQuery({ filter: documentField(statement, 'q'), hint: statement['hint'], variables });
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
