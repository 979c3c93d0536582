import { BSONRegExp } from 'bson';
import { compileExpression } from '../expression/compile-expression.ts';
import { isDocument, isNullish, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import type { StageEnvironment } from './stage.ts';

/** The comparison with sides exchanged. */
const MIRRORED: Readonly<Record<string, string>> = { $eq: '$eq', $gt: '$lt', $gte: '$lte', $lt: '$gt', $lte: '$gte' };

/**
 * Adds to a filter the query conditions that its `$expr` implies, so that an index can serve `{ $expr: { $eq: ['$a', '$$x'] } }`.
 * The `$expr` itself stays and decides.
 */
export function withIndexableConditions(filter: BsonDocument, environment: StageEnvironment): BsonDocument {
  const implied = expressionsOf(filter).flatMap((expression) => impliedConditions(expression, environment));
  return implied.length === 0 ? filter : { $and: [...implied, filter] };
}

/** The `$expr` operands every match has to satisfy. */
function expressionsOf(filter: BsonDocument): BsonValue[] {
  return Object.entries(filter).flatMap(([name, operand]) => {
    if (name === '$expr') return [operand];
    if (name !== '$and' || !Array.isArray(operand)) return [];
    return operand.flatMap((branch) => (isDocument(branch) ? expressionsOf(branch) : []));
  });
}

function impliedConditions(expression: BsonValue, environment: StageEnvironment): BsonDocument[] {
  if (!isDocument(expression)) return [];
  const [operator = ''] = Object.keys(expression);
  const operands = expression[operator];
  if (!Array.isArray(operands)) return [];
  if (operator === '$and') return operands.flatMap((operand) => impliedConditions(operand, environment));
  const mirrored = Object.hasOwn(MIRRORED, operator) ? MIRRORED[operator] : undefined;
  if (mirrored === undefined || operands.length !== 2) return [];
  const [left, right] = operands;
  return [...condition(left, operator, right, environment), ...condition(right, mirrored, left, environment)];
}

function condition(field: BsonValue, operator: string, operand: BsonValue, environment: StageEnvironment): BsonDocument[] {
  if (typeof field !== 'string' || !/^\$[^$]/.test(field) || mentionsField(operand)) return [];
  const { variables } = environment;
  const value = compileExpression(operand, environment)({ root: {}, variables });
  // Expressions compare values of all types and arrays as wholes; only of these does the query condition let every match pass.
  if (isNullish(value) || Array.isArray(value) || isDocument(value) || value instanceof BSONRegExp) return [];
  return operator === '$eq' ? [{ [field.slice(1)]: { $eq: value } }] : [];
}

function mentionsField(operand: BsonValue): boolean {
  if (typeof operand === 'string') return /^\$(?!\$(?!ROOT|CURRENT))/.test(operand);
  if (Array.isArray(operand)) return operand.some(mentionsField);
  if (!isDocument(operand)) return false;
  return Object.keys(operand)[0]?.startsWith('$') === true
    ? !Object.hasOwn(operand, '$literal')
    : Object.values(operand).some(mentionsField);
}
