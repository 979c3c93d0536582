import { PROBLEMS, type ProblemCode } from '#contracts/problem.contract';

export interface DomainErrorDetails {
  /** Field errors; `pointer` is a JSON pointer into the request (RFC 6901). */
  errors?: { pointer: string; detail: string }[];
  /** Reason codes the client translates. */
  reasons?: string[];
  cause?: unknown;
}

/** An outcome the caller is told by its code. `detail` is one English sentence without personal data. */
export class DomainError extends Error {
  readonly code: ProblemCode;
  readonly detail: string | undefined;
  readonly errors: { pointer: string; detail: string }[] | undefined;
  readonly reasons: string[] | undefined;

  constructor(code: ProblemCode, detail?: string, details: DomainErrorDetails = {}) {
    super(detail ?? PROBLEMS[code].title, { cause: details.cause });
    this.name = 'DomainError';
    this.code = code;
    this.detail = detail;
    this.errors = details.errors;
    this.reasons = details.reasons;
  }
}

/** What of an unknown error may be logged: its class, code and stack frames; never its message, which may quote data. */
export function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { errorType: typeof error };
  const code: unknown = 'code' in error ? error.code : undefined;
  const frames = (error.stack ?? '').split('\n').filter((line) => line.trimStart().startsWith('at '));
  return { errorType: error.name, errorCode: code, stack: frames.slice(0, 8).map((line) => line.trim()) };
}
