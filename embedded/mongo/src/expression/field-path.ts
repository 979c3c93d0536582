import { CommandError } from '../command-error.ts';
import { getField, isDocument, type BsonValue } from '../values/bson-value.ts';
import type { Expression, Scope } from './expression.ts';

/** `$a.b`: a path below `$$CURRENT`. */
export function compileFieldPath(path: string): Expression {
  if (path === '') throw new CommandError(16872, "'$' by itself is not a valid FieldPath");
  const parts = pathParts(path);
  const [only = ''] = parts;
  if (parts.length > 1) return (scope) => readPath(currentOf(scope), parts, 0);
  return (scope) => {
    const current = currentOf(scope);
    return isDocument(current) ? getField(current, only) : readPath(current, parts, 0);
  };
}

/** `$$name.a.b`; `names` are the variables in sight, when they are known. */
export function compileVariablePath(text: string, names: ReadonlySet<string> | undefined): Expression {
  const [name = '', ...rest] = text.split('.');
  assertVariableName(name);
  if (rest.length > 0) pathParts(rest.join('.'));
  const read = variableReader(name, names);
  return rest.length === 0 ? read : (scope) => readPath(read(scope), rest, 0);
}

const currentOf = (scope: Scope): BsonValue => (scope.current === undefined ? scope.root : scope.current);

/** Checks a dotted path and splits it. */
export function pathParts(path: string): readonly string[] {
  if (path.endsWith('.')) throw new CommandError(40353, "FieldPath must not end with a '.'.");
  const parts = path.split('.');
  if (parts.some((part) => part === '')) throw new CommandError(15998, 'FieldPath field names may not be empty strings.');
  if (parts.some((part) => part.startsWith('$'))) throw new CommandError(16410, "FieldPath field names may not start with '$'.");
  if (path.includes('\0')) throw new CommandError(16411, 'FieldPath field names may not contain null bytes.');
  return parts;
}

/**
 * In expressions an array on the way gives the array of its sub-documents' values: numbers do not index, and arrays directly
 * within arrays are passed over.
 */
export function readPath(value: BsonValue, parts: readonly string[], depth: number): BsonValue {
  const part = parts[depth];
  if (part === undefined) return value;
  if (Array.isArray(value)) {
    const found: BsonValue[] = [];
    for (const item of value) {
      const reached = isDocument(item) ? readPath(item, parts, depth) : undefined;
      if (reached !== undefined) found.push(reached);
    }
    return found;
  }
  return isDocument(value) ? readPath(getField(value, part), parts, depth + 1) : undefined;
}

function variableReader(name: string, names: ReadonlySet<string> | undefined): Expression {
  switch (name) {
    case 'ROOT':
      return ({ root }) => root;
    case 'CURRENT':
      return currentOf;
    case 'REMOVE':
      return () => undefined;
    default: {
      const isKnown = name === 'NOW' || names === undefined || names.has(name);
      if (!isKnown) throw undefinedVariable(name);
      return ({ variables }) => {
        if (!variables.has(name)) throw undefinedVariable(name);
        return variables.get(name);
      };
    }
  }
}

const undefinedVariable = (name: string): CommandError => new CommandError(17276, `Use of undefined variable: ${name}`);

function assertVariableName(name: string): void {
  if (name === '') throw new CommandError(16869, 'empty variable names are not allowed');
  if (!/^[a-zA-Z_\u0080-\uffff]/.test(name))
    throw new CommandError(16870, `'${name}' starts with an invalid character for a variable name`);
  if (!/^[a-zA-Z0-9_\u0080-\uffff]*$/.test(name))
    throw new CommandError(16871, `'${name}' contains an invalid character for a variable name`);
}

/** Names users may define: they start with a lower case letter; `CURRENT` may be bound anew. */
export function assertDefinableName(name: string): void {
  if (name === 'CURRENT') return;
  if (name === '') throw new CommandError(16866, 'empty variable names are not allowed');
  if (!/^[a-z\u0080-\uffff]/.test(name))
    throw new CommandError(16867, `'${name}' starts with an invalid character for a user variable name`);
  if (!/^[a-zA-Z0-9_\u0080-\uffff]*$/.test(name))
    throw new CommandError(16868, `'${name}' contains an invalid character for a variable name`);
}
