import { CommandError } from '../command-error.ts';
import { expressionContext } from '../expression/compile-expression.ts';
import type { Expression, Scope } from '../expression/expression.ts';
import { isDocument, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import type { StageCompiler } from './stage.ts';
import { fieldEntries, setField } from '../values/field-order.ts';

/** What `$$KEEP`, `$$PRUNE` and `$$DESCEND` evaluate to. */
const DECISIONS = new Map<string, BsonValue>([
  ['KEEP', 'keep'],
  ['PRUNE', 'prune'],
  ['DESCEND', 'descend'],
]);

export const redactStage: StageCompiler = (operand, environment) => {
  const decide = expressionContext(environment)
    .withVariables([...DECISIONS.keys()])
    .compile(operand);
  const variables = new Map([...environment.variables, ...DECISIONS]);
  return function* (documents) {
    for (const document of documents) {
      const redacted = redact(document, { root: document, variables }, decide);
      if (redacted !== undefined) yield redacted;
    }
  };
};

function redact(current: BsonDocument, scope: Scope, decide: Expression): BsonDocument | undefined {
  const decision = decide({ ...scope, current });
  if (decision === 'keep') return current;
  if (decision === 'prune') return undefined;
  if (decision !== 'descend')
    throw new CommandError(
      17053,
      "$redact's expression should not return anything aside from the variables $$KEEP, $$DESCEND, and $$PRUNE",
    );
  const copy: BsonDocument = {};
  for (const [name, value] of fieldEntries(current)) {
    const below = redactValue(value, scope, decide);
    if (below !== undefined) setField(copy, name, below);
  }
  return copy;
}

/** Sub-documents are decided upon one by one, also within arrays; other values stay. */
function redactValue(value: BsonValue, scope: Scope, decide: Expression): BsonValue {
  if (isDocument(value)) return redact(value, scope, decide);
  if (!Array.isArray(value)) return value;
  return value.map((item) => redactValue(item, scope, decide)).filter((item) => item !== undefined);
}
