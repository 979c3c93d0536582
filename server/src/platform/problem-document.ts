import { PROBLEMS, type Problem } from '#contracts/problem.contract';
import type { z } from 'zod';
import { DomainError, describeError } from './errors.ts';
import type { Logger } from './logging/logger.ts';

const TYPE_PREFIX = 'urn:kakehashi:problem:';

/** The RFC 9457 document of an expected outcome. `requestId` becomes its `instance`. */
export function problemDocument(error: DomainError, requestId: string): Problem {
  const { status, title } = PROBLEMS[error.code];
  return {
    type: `${TYPE_PREFIX}${error.code}`,
    code: error.code,
    title,
    status,
    instance: requestId,
    ...(error.detail === undefined ? {} : { detail: error.detail }),
    ...(error.errors === undefined ? {} : { errors: error.errors }),
    ...(error.reasons === undefined ? {} : { reasons: error.reasons }),
  };
}

/** Turns whatever was thrown into a document; the unexpected is logged here, once, and told as internal.error. */
export function toProblem(error: unknown, requestId: string, logger: Logger): Problem {
  if (error instanceof DomainError) return problemDocument(error, requestId);
  logger.error(describeError(error), 'An unexpected error ended a request.');
  return problemDocument(new DomainError('internal.error'), requestId);
}

/** Parses `value` with a contract. Throws request.invalid with one entry per field, without repeating the values. */
export function parseInput<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map((issue) => ({
    pointer: issue.path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''),
    detail: describeIssue(issue),
  }));
  throw new DomainError('request.invalid', undefined, { errors });
}

/** zod's own messages may quote input (unrecognised keys, for one), so only what was expected is told. */
function describeIssue(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') return `expected ${issue.expected}`;
  if (issue.code === 'too_big') return `at most ${String(issue.maximum)}`;
  if (issue.code === 'too_small') return `at least ${String(issue.minimum)}`;
  if (issue.code === 'invalid_value') return `expected one of ${issue.values.map(String).join(', ')}`;
  return issue.code.replaceAll('_', ' ');
}
