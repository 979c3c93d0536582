import { randomUUID } from 'node:crypto';
import type { CallView } from '#contracts/calls.contract';
import { CallId, UserId } from '#contracts/ids.contract';
import type { Problem } from '#contracts/problem.contract';
import type { Desk } from './desk.ts';
import { eventually, type StackFixture } from './stack-fixture.ts';

export const AGENT = UserId.parse('k1207');
/** On top of the agent's list; its number answers at once. */
export const FIRST_CASE = { caseId: 'case-0001', phoneId: 'phone-0001-1', categoryCode: '01' };

/** The agent with all categories: logged in, ready, with a phone that is up. */
export async function readyAgent(stack: StackFixture): Promise<Desk> {
  const desk = await stack.desk(AGENT);
  await stack.gateway.phoneReady(AGENT);
  await eventually(() => desk.agents.at(-1)?.phoneReady);
  return desk;
}

/** Dials and answers what the desk was told. Throws the refusal's code. */
export async function dial(desk: Desk, request: object = FIRST_CASE): Promise<{ callId: CallId; view: CallView }> {
  const reply = await desk.send('call:dial', { requestId: randomUUID(), ...request });
  if (!reply.ok) throw new Error(reply.problem.code);
  return { callId: CallId.parse(reply.data.id), view: reply.data };
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
