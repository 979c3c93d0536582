import { CommandError, failedToParse, notSupported } from '../command-error.ts';
import { compileExpression } from '../expression/compile-expression.ts';
import { booleanField, documentField } from '../execution/read-request.ts';
import type { Collection } from '../storage/catalog.ts';
import { isDocument, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import { parseCollation, type Collation } from '../values/collation.ts';
import { fieldEntries } from '../values/field-order.ts';

/** `NOW` and the values of the command's `let`, which are expressions without fields. */
export function commandVariables(body: BsonDocument, now: Date): ReadonlyMap<string, BsonValue> {
  const variables = new Map<string, BsonValue>([['NOW', now]]);
  for (const [name, operand] of fieldEntries(documentField(body, 'let')))
    variables.set(assertVariableName(name), constantOf(operand, now));
  return variables;
}

/** The constants of one update statement (`c`), beside the command's variables. */
export function statementVariables(
  constants: BsonDocument,
  variables: ReadonlyMap<string, BsonValue>,
): ReadonlyMap<string, BsonValue> {
  const own = fieldEntries(constants).map(([name, value]) => [assertVariableName(name), value] as const);
  return own.length === 0 ? variables : new Map([...variables, ...own]);
}

function assertVariableName(name: string): string {
  if (name === '') throw failedToParse('empty variable names are not allowed');
  if (!/^[a-z\u0080-\uffff]/.test(name))
    throw failedToParse(`'${name}' starts with an invalid character for a user variable name`);
  if (!/^[A-Za-z0-9_\u0080-\uffff]+$/.test(name))
    throw failedToParse(`'${name}' contains an invalid character for a variable name`);
  return name;
}

/** There is no document yet; looking at a field of it is the client's mistake. */
const NO_DOCUMENT: BsonDocument = new Proxy<BsonDocument>(
  {},
  {
    getOwnPropertyDescriptor: () => {
      throw new CommandError(
        4890500,
        'Command let Expression tried to access a field, but this is not allowed because Command let Expressions run before the query examines any documents.',
      );
    },
  },
);

function constantOf(operand: BsonValue, now: Date): BsonValue {
  return compileExpression(operand)({ root: NO_DOCUMENT, variables: new Map([['NOW', now]]) }) ?? null;
}

/** The collation of a statement: its own, or its collection's default. `{ locale: 'simple' }` switches that off. */
export function collationOf(option: BsonValue, collection: Collection | undefined): Collation | undefined {
  const own = parseCollation(option);
  return option === undefined ? parseCollation(collection?.options['collation']) : own;
}

/** The `hint` of a statement: the name of an index, its keys, or `{ $natural: ±1 }`. */
export function hintOf({ hint }: BsonDocument): BsonValue {
  if (hint === undefined || typeof hint === 'string' || isDocument(hint)) return hint;
  throw failedToParse('Hint must be a string or an object');
}

/** Options that would change the result and that this server lacks are refused when they are switched on. */
export function refuseOptions(body: BsonDocument, names: readonly string[]): void {
  for (const name of names) {
    const value = body[name];
    if (value === undefined) continue;
    if (typeof value !== 'boolean' || booleanField(body, name)) throw notSupported(`the option '${name}'`);
  }
}
