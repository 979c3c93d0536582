import { randomUUID } from 'node:crypto';
import type { CallView } from '#contracts/calls.contract';
import { CallId, UserId } from '#contracts/ids.contract';
import type { PartyId, PartyRole } from '#contracts/parties.contract';
import type { Problem } from '#contracts/problem.contract';
import type { Desk } from './desk.ts';
import { eventually, type StackFixture } from './stack-fixture.ts';

export const AGENT = UserId.parse('k1207');
/** On top of the agent's list; its number answers at once. */
export const FIRST_CASE = { caseId: 'case-0001', phoneId: 'phone-0001-1', categoryCode: '01' };

/** The agent with all categories: logged in, ready, with a phone that is up. */
export async function readyAgent(stack: StackFixture): Promise<Desk> {
  return readyPerson(stack, AGENT);
}

/** Dials and answers what the desk was told. Throws the refusal's code. */
export async function dial(desk: Desk, request: object = FIRST_CASE): Promise<{ callId: CallId; view: CallView }> {
  const reply = await desk.send('call:dial', { requestId: randomUUID(), ...request });
  if (!reply.ok) throw new Error(reply.problem.code);
  return { callId: CallId.parse(reply.data.id), view: reply.data };
}

/** Anybody with a browser phone: logged in, ready, with a phone that is up. */
export async function readyPerson(stack: StackFixture, user: string): Promise<Desk> {
  const desk = await stack.desk(user);
  await stack.gateway.phoneReady(user);
  await eventually(() => desk.agents.at(-1)?.phoneReady);
  return desk;
}

/** Dials the first case and lets the resident answer. */
export async function talk(stack: StackFixture, desk: Desk): Promise<CallId> {
  const { callId } = await dial(desk);
  await stack.gateway.tell({ type: 'call.answered', callId, agentId: AGENT, isRecorded: true });
  await eventually(() => desk.latest(callId)?.phase === 'talking');
  return callId;
}

/** What the gateway tells when somebody is asked in and comes. */
export async function bringIn(
  stack: StackFixture,
  callId: CallId,
  party: PartyId,
  role: PartyRole,
  userId: string | null,
): Promise<void> {
  const of = { callId, party, role, userId: userId === null ? null : UserId.parse(userId) };
  await stack.gateway.tell({ type: 'party.invited', ...of });
  await stack.gateway.tell({ type: 'party.joined', ...of });
}

/** Ends the call as the agent would and writes it up. */
export async function endCall(stack: StackFixture, desk: Desk, callId: CallId, resultCode = '31'): Promise<void> {
  await stack.gateway.tell({ type: 'call.ended', callId, cause: 'completed', endedBy: 'agent', sipStatus: null, talkMs: 3_000 });
  await eventually(() => desk.latest(callId)?.phase === 'wrap-up');
  await desk.send('call:save-result', { callId, note: '', resultCode, contents: [] });
}

/** The code a command was refused with; undefined when it was not. */
export async function refusal(reply: Promise<{ ok: boolean; problem?: Problem }>): Promise<string | undefined> {
  return (await reply).problem?.code;
}
