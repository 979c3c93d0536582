import type { UserId } from '#contracts/ids.contract';
import type { AgentView } from '#contracts/users.contract';

/** What others may hear about agents. */
export interface AgentEvents {
  'agent.changed': AgentView;
  /** The agent's browser has been gone for longer than a reload takes. */
  'agent.went-offline': { userId: UserId };
}
