import type { UserId } from '#contracts/ids.contract';
import type { CallView } from '#contracts/calls.contract';

/** What others may hear about calls. */
export interface CallEvents {
  /** A call changed; `agentId` is whose screen shows `view`, which is made for that person; nobody's has none. */
  'call.changed': { agentId: UserId | null; view: CallView | null };
  /** The call left this agent's desk without being answered there. */
  'call.withdrawn': { agentId: UserId; view: CallView };
}
