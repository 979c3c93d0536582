import { compileExpression } from '../expression/compile-expression.ts';
import { booleanField, documentField } from '../execution/read-request.ts';
import { notSupported } from '../command-error.ts';
import type { BsonDocument, BsonValue } from '../values/bson-value.ts';

/** `NOW` and the values of the command's `let`, which are expressions without fields. */
export function commandVariables(body: BsonDocument, now: Date): ReadonlyMap<string, BsonValue> {
  const variables = new Map<string, BsonValue>([['NOW', now]]);
  for (const [name, operand] of Object.entries(documentField(body, 'let'))) {
    variables.set(name, compileExpression(operand)({ root: {}, variables: new Map([['NOW', now]]) }) ?? null);
  }
  return variables;
}

/** Options that would change the result and that this server lacks are refused when they are switched on. */
export function refuseOptions(body: BsonDocument, names: readonly string[]): void {
  for (const name of names) {
    const value = body[name];
    if (value === undefined) continue;
    if (typeof value !== 'boolean' || booleanField(body, name)) throw notSupported(`the option '${name}'`);
  }
}
