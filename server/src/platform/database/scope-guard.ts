import type { Aggregate, Query, Schema } from 'mongoose';

/** What a caller may see: everything, for work of the system itself, or documents whose scoped field holds one of the values. */
export type Scope = { readonly kind: 'system' } | { readonly kind: 'values'; readonly values: readonly string[] };

export const SYSTEM_SCOPE: Scope = { kind: 'system' };

/** A query reached the database without saying for whom. */
export class MissingScopeError extends Error {
  constructor(operation: string) {
    super(`${operation} carries no scope`);
    this.name = 'MissingScopeError';
  }
}

const QUERIES = [
  'countDocuments',
  'deleteMany',
  'deleteOne',
  'distinct',
  'find',
  'findOne',
  'findOneAndDelete',
  'findOneAndReplace',
  'findOneAndUpdate',
  'replaceOne',
  'updateMany',
  'updateOne',
] as const;

/**
 * mongoose plugin: every query and aggregation names a scope in its options (`{ scope }`), which is then added to its filter.
 * Without one it throws, so that a forgotten filter is an error and not a disclosure. Operations that cannot carry a filter are refused.
 */
export function guardScope(schema: Schema, options: { path: string }): void {
  for (const operation of QUERIES) {
    schema.pre(operation, { query: true, document: false }, function (this: Query<unknown, unknown>) {
      const scope = takeScope(this.getOptions(), operation);
      if (scope.kind === 'values') this.and([{ [options.path]: { $in: [...scope.values] } }]);
    });
  }
  schema.pre('aggregate', function (this: Aggregate<unknown>) {
    const scope = takeScope(this.options, 'aggregate');
    if (scope.kind === 'values') this.pipeline().unshift({ $match: { [options.path]: { $in: [...scope.values] } } });
  });
  schema.pre('save', function () {
    if (!this.isNew) throw new MissingScopeError('save of an existing document');
  });
  schema.pre('estimatedDocumentCount', () => {
    throw new MissingScopeError('estimatedDocumentCount');
  });
  schema.pre('bulkWrite', () => {
    throw new MissingScopeError('bulkWrite');
  });
}

/** Reads the scope and takes it out of the options, which go on to the driver. */
function takeScope(options: Record<string, unknown>, operation: string): Scope {
  const scope = options['scope'];
  delete options['scope'];
  if (!isScope(scope)) throw new MissingScopeError(operation);
  return scope;
}

function isScope(value: unknown): value is Scope {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  if (value.kind === 'system') return true;
  return value.kind === 'values' && 'values' in value && Array.isArray(value.values);
}
