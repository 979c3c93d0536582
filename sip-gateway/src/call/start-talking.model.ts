import type { UserId } from '#contracts/ids.contract';
import { FIRST_AGENT, RESIDENT } from '#contracts/parties.contract';
import { isRunning } from './call-ending.model.ts';
import type { CallCommand, Step, Talking, Waiting } from './call.model.ts';
import { legOf } from './call.model.ts';
import { channelsOf, hear, newParty } from './party-changes.model.ts';

/** From here on the agent is responsible for the call. Recording and hearing begin once the resident's media flows. */
export function startTalking(
  from: Pick<Waiting, 'callId' | 'isRecorded' | 'lines' | 'from' | 'to' | 'talk'> & { readonly isConnected: boolean },
  agentId: UserId,
  atMs: number,
): Step {
  const { callId, isRecorded, lines, to, talk: before, isConnected } = from;
  const agent = newParty({ id: FIRST_AGENT, role: 'agent', place: { kind: 'phone', userId: agentId }, standing: 'present' }, []);
  const resident = newParty({ id: RESIDENT, role: 'resident', place: { kind: 'line' }, standing: 'present' }, []);
  const talking: Talking = {
    phase: 'talking',
    callId,
    isRecorded,
    lines,
    from: from.from,
    to,
    answeredAtMs: before?.answeredAtMs ?? atMs,
    recording: before?.recording ?? 'none',
    parties: [agent, resident],
    privately: [],
    ownerPartyId: agent.id,
    heir: null,
    isConnected: false,
  };
  const told: CallCommand =
    before === null
      ? { type: 'emit', fact: { type: 'call.answered', callId, agentId, isRecorded } }
      : { type: 'emit', fact: { type: 'call.owner-changed', callId, agentId, party: agent.id } };
  const joined: Step = isConnected ? connect(talking) : { state: talking, commands: [] };
  return { state: joined.state, commands: [...joined.commands, told] };
}

/** The resident's media flows: the recording begins and everybody hears one another, in the same mixer tick. */
export function connect(state: Talking): Step {
  const next: Talking = { ...state, isConnected: true };
  const [agent] = next.parties;
  if (isRunning(next.recording) && agent !== undefined) {
    const assign: CallCommand = { type: 'assign-channel', name: 'agent', leg: legOf(next.callId, agent) };
    return { state: next, commands: [assign, ...hear(next)] };
  }
  if (!next.isRecorded || next.recording === 'failed') return { state: next, commands: hear(next) };
  const recorded: Talking = { ...next, recording: 'running' };
  return { state: recorded, commands: [{ type: 'start-recording', channels: channelsOf(recorded) }, ...hear(recorded)] };
}
