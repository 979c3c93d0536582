import type { CallClientEvents } from '#contracts/calls.contract';
import { SetAgentState } from '#contracts/users.contract';
import { personOf } from '../access/actor.ts';
import { appCommand, type CommandsFor } from '../access/declarations.ts';
import type { AgentService } from './agent.service.ts';

/** What an agent says about being available. */
export function agentCommands(agents: AgentService): CommandsFor<Pick<CallClientEvents, 'agent:set-state'>> {
  return {
    'agent:set-state': appCommand({
      permission: 'agents.set-state',
      action: 'agent.set-state',
      input: SetAgentState,
      run: ({ state, reason }, actor) => agents.setState(personOf(actor).userId, state, reason),
    }),
  };
}
