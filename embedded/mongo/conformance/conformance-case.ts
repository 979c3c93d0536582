import type { Document } from 'mongodb';

/** Stands for the case's own collection wherever it appears as a string in a command or an expected value. */
export const COLLECTION = '@collection';

/** Stands for the case's database within a namespace. */
export const DATABASE = '@database';

/** Stands for a further collection of the case, named as in `collections`. */
export const collectionNamed = (name: string): string => `${COLLECTION}.${name}`;

/** In an expected value: whatever the server answers there. */
export const ANYTHING = '@anything';

/**
 * One command and what MongoDB answers. Expected values are compared with their BSON types and the order of their fields:
 * a whole JavaScript number is an int, any other a double; write `new Double(3)`, `Long.fromNumber(3)` where that is meant.
 */
export interface CommandStep {
  /** The command, or a function of the reply to the step before (to pass a cursor id on). */
  readonly command: Document | ((previous: Document) => Document);
  /** Named session to run in; all steps share one unless they name another. */
  readonly session?: string;
  /** Runs against `admin` instead of the case's database. */
  readonly onAdmin?: boolean;
  /** The documents of the reply's cursor, in order. */
  readonly batch?: readonly Document[];
  /** The same in any order. */
  readonly unordered?: readonly Document[];
  /** Fields the reply has to have, among others. */
  readonly reply?: Document;
  /** Code of the error, as command error or as the first write error. */
  readonly error?: number;
  readonly codeName?: string;
  /** Everything in the case's collection after the command, in `_id` order. */
  readonly contents?: readonly Document[];
}

/** Starts or ends a transaction of a named session through the driver. */
export interface TransactionStep {
  readonly transaction: 'start' | 'commit' | 'abort';
  readonly session?: string;
  readonly error?: number;
}

export type ConformanceStep = CommandStep | TransactionStep;

/** A case: what is in the database, what is done, what MongoDB's documentation says comes out. */
export interface ConformanceCase {
  /** A sentence of behaviour. */
  readonly name: string;
  readonly documents?: readonly Document[];
  /** Further collections and their documents; name them in commands with `collectionNamed`. */
  readonly collections?: Readonly<Record<string, readonly Document[]>>;
  /** Index specifications as createIndexes takes them; the name may be left out. */
  readonly indexes?: readonly Document[];
  readonly steps: readonly ConformanceStep[];
}

type Outcome = Pick<CommandStep, 'batch' | 'unordered' | 'error' | 'codeName' | 'contents'>;

/** A case of one aggregation over the case's collection. */
export function aggregation(
  name: string,
  {
    pipeline,
    options,
    ...rest
  }: Omit<ConformanceCase, 'name' | 'steps'> & Outcome & { readonly pipeline: readonly Document[]; readonly options?: Document },
): ConformanceCase {
  const { documents, collections, indexes, ...outcome } = rest;
  const command = { aggregate: COLLECTION, pipeline, cursor: {}, ...options };
  return {
    name,
    ...(documents === undefined ? {} : { documents }),
    ...(collections === undefined ? {} : { collections }),
    ...(indexes === undefined ? {} : { indexes }),
    steps: [{ command, ...outcome }],
  };
}

/** Marks an expression that leaves no field behind. */
export const MISSING = Symbol('missing');

/** A case of one expression, evaluated over one document. */
export function expression(name: string, operand: unknown, expected: unknown, document: Document = {}): ConformanceCase {
  const result = expected === MISSING ? {} : { result: expected };
  return aggregation(name, {
    documents: [{ _id: 1, ...document }],
    pipeline: [{ $project: { _id: 0, result: operand } }],
    batch: [result],
  });
}

/** A case of one expression that MongoDB refuses with a code. */
export function expressionError(name: string, operand: unknown, error: number, document: Document = {}): ConformanceCase {
  const pipeline = [{ $project: { _id: 0, result: operand } }];
  return aggregation(name, { documents: [{ _id: 1, ...document }], pipeline, error });
}

/** What a row of a table of expressions holds: behaviour, expression, value, and the document if it reads one. */
export type ExpressionRow = readonly [name: string, operand: unknown, expected: unknown, document?: Document];

export const expressions = (rows: readonly ExpressionRow[]): readonly ConformanceCase[] =>
  rows.map(([name, operand, expected, document]) => expression(name, operand, expected, document));

/** The same for expressions MongoDB refuses, with the code in place of the value. */
export type RefusalRow = readonly [name: string, operand: unknown, code: number, document?: Document];

export const refusals = (rows: readonly RefusalRow[]): readonly ConformanceCase[] =>
  rows.map(([name, operand, code, document]) => expressionError(name, operand, code, document));
