import type { UserId } from '#contracts/ids.contract';
import type { CallView } from '#contracts/calls.contract';
import type { PartyEnd, PartyId } from '#contracts/parties.contract';
import type { Call } from './call.model.ts';

/** What others may hear about calls. */
export interface CallEvents {
  /** A call changed; `agentId` is whose screen shows `view`, which is made for that person; nobody's has none. */
  'call.changed': { agentId: UserId | null; view: CallView | null };
  /** The call left this agent's desk without being answered there. */
  'call.withdrawn': { agentId: UserId; view: CallView };
  /** For the screens of everybody else in the call and of those who watch; `why` somebody left, if somebody did. */
  'call.moved': { before: Call | null; after: Call; why: PartyEnd | null };
  /** This party asks for something to be said again. */
  'call.asked-to-repeat': { call: Call; party: PartyId };
}
