import type { CaseId, UserId } from '#contracts/ids.contract';

/** What others may hear about cases. */
export interface CaseEvents {
  /** Something on the case changed that its reader wants to see. */
  'case.changed': { caseId: CaseId; assignedTo: UserId | null };
}
