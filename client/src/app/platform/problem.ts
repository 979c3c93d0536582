import type { Problem, ProblemCode } from '#contracts/problem.contract';

/** Codes that only the client can find: the server or the network did not answer at all. */
export type LocalProblemCode = 'client.offline' | 'client.no-answer';

/** A refusal with its code, as thrown by `Api` and `SocketLink`. Match on `code`, never on the message. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly code: ProblemCode | LocalProblemCode;
  /** Document of the server (RFC 9457); absent when nothing answered. */
  readonly problem: Problem | undefined;

  constructor(code: ProblemCode | LocalProblemCode, problem?: Problem) {
    super(problem?.title ?? code);
    this.code = code;
    this.problem = problem;
  }

  /** The request's number, to be read to whoever looks in the log. */
  get number(): string | undefined {
    return this.problem?.instance;
  }

  static from(problem: Problem): ProblemError {
    return new ProblemError(problem.code, problem);
  }
}

/** Reads an answer as a problem document; undefined when it is something else. */
export function readProblem(body: unknown): Problem | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  if (!('code' in body) || typeof body.code !== 'string' || !('status' in body)) return undefined;
  // The server builds every document that carries `code` and `status` from contracts/problem.contract.ts.
  return body as Problem;
}
