import type { AuditIntents } from '../audit/audit-intents.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { AuditFact } from '../audit/audit-entry.model.ts';
import { DomainError } from '../platform/errors.ts';
import type { Actor } from './actor.ts';
import { isPermitted, type RequiredPermission } from './permission.model.ts';

/** What these permit makes telephones ring or fall silent, or lets somebody listen: that it was begun is on record before it happens. */
const REACHES_OUTSIDE: ReadonlySet<RequiredPermission> = new Set([
  'calls.dial',
  'calls.answer',
  'calls.control',
  'calls.supervise',
]);

export interface UseCase {
  permission: RequiredPermission;
  /** noun.verb, for the audit entry. */
  action: string;
  /** The record it is about; throws request.invalid when the request does not say. Asked before and after the work. */
  subject(): string | null;
  /** Makes the audit entry repeatable; see AuditFact. */
  source?: string;
}

/** The one way into every use case: checks the permission, runs the work, appends exactly one audit entry with the outcome. */
export class UseCases {
  readonly #audit: Pick<AuditLog, 'append'>;
  readonly #intents: Pick<AuditIntents, 'begin' | 'finish'>;

  constructor(audit: Pick<AuditLog, 'append'>, intents: Pick<AuditIntents, 'begin' | 'finish'>) {
    this.#audit = audit;
    this.#intents = intents;
  }

  /** Throws session.required or access.denied before anything is done; otherwise what `work` throws. No answer leaves without a trace. */
  async run<T>(useCase: UseCase, actor: Actor, work: () => Promise<T>): Promise<T> {
    let result: T;
    let intent: string | undefined;
    try {
      checkPermission(useCase.permission, actor);
      useCase.subject();
      intent = REACHES_OUTSIDE.has(useCase.permission) ? await this.#begin(useCase, actor) : undefined;
      result = await work();
    } catch (error) {
      await this.#record(useCase, actor, error instanceof DomainError ? `refused:${error.code}` : 'failed', intent);
      throw error;
    }
    await this.#record(useCase, actor, 'done', intent);
    return result;
  }

  #begin(useCase: UseCase, actor: Actor): Promise<string> {
    return this.#intents.begin(describe(useCase, actor));
  }

  async #record(useCase: UseCase, actor: Actor, outcome: string, intent: string | undefined): Promise<void> {
    const source = intent ?? useCase.source;
    await this.#audit.append({ ...describe(useCase, actor), outcome, ...(source === undefined ? {} : { source }) });
    if (intent !== undefined) await this.#intents.finish(intent);
  }
}

function describe(useCase: UseCase, actor: Actor): Omit<AuditFact, 'outcome' | 'source'> {
  const actorId = actor.kind === 'person' ? actor.userId : null;
  return { actorId, action: useCase.action, subject: subjectOf(useCase), address: actor.address };
}

function checkPermission(permission: RequiredPermission, actor: Actor): void {
  const role = actor.kind === 'person' ? actor.role : null;
  if (isPermitted(role, permission)) return;
  throw new DomainError(role === null ? 'session.required' : 'access.denied');
}

/** A malformed request names no record. */
function subjectOf(useCase: UseCase): string | null {
  try {
    return useCase.subject();
  } catch {
    return null;
  }
}
