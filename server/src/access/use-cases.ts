import type { AuditLog } from '../audit/audit-log.ts';
import { DomainError } from '../platform/errors.ts';
import type { Actor } from './actor.ts';
import { isPermitted, type RequiredPermission } from './permission.model.ts';

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

  constructor(audit: Pick<AuditLog, 'append'>) {
    this.#audit = audit;
  }

  /** Throws session.required or access.denied before anything is done; otherwise what `work` throws. No answer leaves without a trace. */
  async run<T>(useCase: UseCase, actor: Actor, work: () => Promise<T>): Promise<T> {
    let result: T;
    try {
      checkPermission(useCase.permission, actor);
      useCase.subject();
      result = await work();
    } catch (error) {
      await this.#record(useCase, actor, error instanceof DomainError ? `refused:${error.code}` : 'failed');
      throw error;
    }
    await this.#record(useCase, actor, 'done');
    return result;
  }

  async #record(useCase: UseCase, actor: Actor, outcome: string): Promise<void> {
    const subject = subjectOf(useCase);
    const actorId = actor.kind === 'person' ? actor.userId : null;
    const source = useCase.source === undefined ? {} : { source: useCase.source };
    await this.#audit.append({ actorId, action: useCase.action, subject, address: actor.address, outcome, ...source });
  }
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
