import { HttpClient, HttpErrorResponse, HttpParams } from '@angular/common/http';
import { inject, Injectable } from '@angular/core';
import { firstValueFrom, type Observable, timeout, TimeoutError } from 'rxjs';
import { ProblemError, readProblem } from './problem';

const ANSWER_WITHIN_MS = 10_000;

type Query = Readonly<Record<string, string | number>>;

/** HTTP to our own server. Answers are typed by the contract; every refusal is a `ProblemError`. */
@Injectable({ providedIn: 'root' })
export class Api {
  readonly #http = inject(HttpClient);

  get<Answer>(path: string, query: Query = {}): Promise<Answer> {
    return this.#answer(this.#http.get<Answer>(path, { params: new HttpParams({ fromObject: { ...query } }) }));
  }

  post<Answer>(path: string, body: unknown = {}): Promise<Answer> {
    return this.#answer(this.#http.post<Answer>(path, body));
  }

  put<Answer>(path: string, body: unknown): Promise<Answer> {
    return this.#answer(this.#http.put<Answer>(path, body));
  }

  delete(path: string): Promise<void> {
    return this.#answer(this.#http.delete<void>(path));
  }

  async #answer<Answer>(request: Observable<Answer>): Promise<Answer> {
    try {
      return await firstValueFrom(request.pipe(timeout(ANSWER_WITHIN_MS)));
    } catch (error) {
      throw toProblemError(error);
    }
  }
}

function toProblemError(error: unknown): ProblemError {
  if (error instanceof TimeoutError) return new ProblemError('client.no-answer');
  if (!(error instanceof HttpErrorResponse)) return new ProblemError('internal.error');
  if (error.status === 0) return new ProblemError('client.offline');
  const problem = readProblem(error.error);
  return problem ? ProblemError.from(problem) : new ProblemError('internal.error');
}
