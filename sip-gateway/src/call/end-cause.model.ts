import type { EndCause } from '#contracts/call-results.contract';

/** ITU-T Q.850 causes that say more than the SIP status beside them (RFC 3398 §7.2.4.1). */
const CAUSE_OF_Q850: Readonly<Record<number, EndCause>> = {
  1: 'unallocated',
  3: 'unreachable',
  17: 'busy',
  18: 'no-answer',
  19: 'no-answer',
  20: 'unreachable',
  21: 'rejected',
  22: 'unallocated',
  27: 'unreachable',
  28: 'unallocated',
  34: 'unreachable',
  38: 'unreachable',
  41: 'unreachable',
  42: 'unreachable',
};

const CAUSE_OF_STATUS: Readonly<Record<number, EndCause>> = {
  401: 'failed',
  403: 'rejected',
  404: 'unallocated',
  407: 'failed',
  408: 'no-answer',
  410: 'unallocated',
  480: 'no-answer',
  484: 'unallocated',
  486: 'busy',
  487: 'no-answer',
  488: 'failed',
  600: 'busy',
  603: 'rejected',
  604: 'unallocated',
  606: 'failed',
};

/** Why an unanswered call ended. `q850` is the cause value of a Reason header (RFC 3326), or null. */
export function endCauseOf(status: number, q850: number | null): EndCause {
  const byReason = q850 === null ? undefined : CAUSE_OF_Q850[q850];
  if (byReason !== undefined) return byReason;
  const byStatus = CAUSE_OF_STATUS[status];
  if (byStatus !== undefined) return byStatus;
  return status >= 500 && status < 600 ? 'unreachable' : 'failed';
}
