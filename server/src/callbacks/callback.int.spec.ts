import { randomUUID } from 'node:crypto';
import type { CallbacksView, CallbackView } from '#contracts/callbacks.contract';
import type { CallView } from '#contracts/calls.contract';
import type { TodayView } from '#contracts/cases.contract';
import type { FactEnvelope } from '#contracts/gateway.contract';
import { CallId, CaseId, PhoneNumber, UserId } from '#contracts/ids.contract';
import { AGENT, readyAgent, refusal } from '../fakes/agent-journey.ts';
import type { Desk } from '../fakes/desk.ts';
import { eventually, StackFixture } from '../fakes/stack-fixture.ts';

jasmine.DEFAULT_TIMEOUT_INTERVAL = 60_000;

const INSURANCE = PhoneNumber.parse('+81220001100');
let nextNumber = 1;
const newNumber = (): PhoneNumber => PhoneNumber.parse(`+8190666600${String(nextNumber++).padStart(2, '0')}`);
const SYSTEM = { kind: 'system' } as const;

const listOf = async (desk: Desk): Promise<CallbackView[]> =>
  ((await desk.fetch('GET', '/api/callbacks')).body as CallbacksView).callbacks; // the route's contract
const ofCall = async (desk: Desk, callId: CallId): Promise<CallbackView | undefined> =>
  (await listOf(desk)).find((one) => one.callId === callId);

async function arrive(stack: StackFixture, from: PhoneNumber | null, at = new Date()): Promise<CallId> {
  const callId = CallId.parse(`in-${randomUUID()}`);
  await stack.gateway.tell({ type: 'call.arrived', callId, from, to: INSURANCE }, at);
  return callId;
}

const hangUp = (stack: StackFixture, callId: CallId): Promise<FactEnvelope> =>
  stack.gateway.tell({ type: 'call.ended', callId, cause: 'abandoned', endedBy: 'resident', sipStatus: null, talkMs: 0 });

/** A caller who gave up, and the task that follows, as the desk sees it. */
async function aCallback(stack: StackFixture, desk: Desk, from = newNumber()): Promise<CallbackView> {
  const callId = await arrive(stack, from);
  await hangUp(stack, callId);
  return eventually(() => ofCall(desk, callId));
}

const isDone = async (stack: StackFixture, { id }: CallbackView): Promise<boolean> =>
  (await stack.app.stores.callbacks.find(SYSTEM, id))?.state === 'done';

async function numberOf(stack: StackFixture, caseId: string): Promise<PhoneNumber> {
  const found = await stack.app.stores.cases.find(SYSTEM, CaseId.parse(caseId));
  const number = found?.phones[0]?.number;
  if (number === undefined) throw new Error('no number');
  return number;
}

describe('a call-back', () => {
  const stack = new StackFixture();
  let colleague: Desk;
  beforeAll(async () => {
    await stack.start();
    // A desk without a phone: it is offered nothing and hears of call-backs.
    colleague = await stack.desk('k1215');
  });
  afterAll(() => stack.stop());

  it('is due to whoever hung up in the queue, once, and a second miss raises its attempts', async () => {
    const from = newNumber();
    const first = await aCallback(stack, colleague, from);
    expect([first.reason, first.state, first.attempts, first.takenBy]).toEqual(['abandoned', 'open', 1, null]);
    expect(first.numberDisplay).toMatch(/^090-/);
    expect(JSON.stringify(first)).not.toContain(from);
    await eventually(() => colleague.callbacks.some(({ id }) => id === first.id));
    const again = await arrive(stack, from);
    const ended = await hangUp(stack, again);
    await eventually(async () => (await ofCall(colleague, first.callId))?.attempts === 2);
    await stack.stopApp();
    await stack.gateway.publish(ended);
    await stack.startApp();
    await eventually(async () => (await stack.app.stores.calls.listToFollowUp()).length === 0);
    const all = (await listOf(colleague)).filter(({ numberDisplay }) => numberDisplay === first.numberDisplay);
    expect(all.map(({ attempts }) => attempts)).toEqual([2]);
  });

  it('is written after a crash between the end of the call and the task', async () => {
    const add = spyOn(stack.app.stores.callbacks, 'add').and.rejectWith(new Error('crashed'));
    const callId = await arrive(stack, newNumber());
    await hangUp(stack, callId);
    await eventually(() => add.calls.count() > 0);
    await stack.stopApp();
    await stack.startApp();
    expect((await eventually(() => ofCall(colleague, callId))).attempts).toBe(1);
  });

  it('is not asked for when the number is withheld; the call counts as missed', async () => {
    const callId = await arrive(stack, null);
    await hangUp(stack, callId);
    const call = await eventually(async () => {
      const found = await stack.app.stores.calls.find(SYSTEM, callId);
      return found?.phase === 'done' ? found : null;
    });
    expect([call.queueing.missedFor, call.queueing.followUp]).toEqual(['abandoned', 'none']);
    expect(await ofCall(colleague, callId)).toBeUndefined();
  });

  it('is for one person at a time, and only in their categories', async () => {
    const { id, callId } = await aCallback(stack, colleague);
    const tax = await stack.desk('k1212');
    expect(await ofCall(tax, callId)).toBeUndefined();
    expect(await refusal(tax.send('callback:take', { id }))).toBe('callback.not-found');
    const desk = await stack.desk(AGENT);
    expect((await colleague.send<CallbackView>('callback:take', { id })).ok).toBeTrue();
    expect(await refusal(desk.send('callback:take', { id }))).toBe('callback.taken');
    expect(await refusal(desk.send('callback:finish', { id }))).toBe('callback.taken');
    const back = await colleague.send<CallbackView>('callback:give-back', { id });
    expect(back.ok && [back.data.state, back.data.takenBy]).toEqual(['open', null]);
    await desk.send('callback:take', { id });
    const done = await desk.send<CallbackView>('callback:finish', { id });
    expect(done.ok && done.data.state).toBe('done');
    expect(await ofCall(desk, callId)).toBeUndefined();
    await eventually(() => colleague.callbacks.some((one) => one.id === id && one.state === 'done'));
    for (const one of [tax, desk]) one.close();
  });

  it('dials the number of its task and no other, once, and a talk closes it', async () => {
    const from = await numberOf(stack, 'case-0001');
    const { id } = await aCallback(stack, colleague, from);
    const desk = await readyAgent(stack);
    stack.gateway.commands.length = 0;
    const requestId = randomUUID();
    const replies = await Promise.all([1, 2].map(() => desk.send('callback:dial', { id, requestId, number: '+819011112222' })));
    expect(replies.map((reply) => (reply.ok ? String(reply.data.caseId) : reply.problem.code))).toEqual([
      'case-0001',
      'case-0001',
    ]);
    const dials = stack.gateway.commands.filter((command) => command.type === 'call.dial');
    expect(dials.map((command) => command.to)).toEqual([from]);
    expect(await refusal(desk.send('callback:dial', { id, requestId: randomUUID() }))).toBe('call.agent-busy');
    const callId = CallId.parse(requestId);
    await stack.gateway.tell({ type: 'call.answered', callId, agentId: AGENT, isRecorded: false });
    await stack.gateway.tell({
      type: 'call.ended',
      callId,
      cause: 'completed',
      endedBy: 'resident',
      sipStatus: null,
      talkMs: 9_000,
    });
    await eventually(() => desk.latest(callId)?.phase === 'wrap-up');
    const task = await stack.app.stores.callbacks.find(SYSTEM, id);
    expect([task?.state, task?.dialled[0]]).toEqual(['taken', callId]);
    await desk.send('call:save-result', { callId, note: '', resultCode: '11', contents: [] });
    await eventually(() => colleague.callbacks.some((one) => one.id === id && one.state === 'done'));
    desk.close();
    await stack.gateway.phoneGone(AGENT);
  });

  it('calls a number that is on no case without opening one, and stays due when a machine answers', async () => {
    const task = await aCallback(stack, colleague);
    const desk = await readyAgent(stack);
    const reply = await desk.send<CallView>('callback:dial', { id: task.id, requestId: randomUUID() });
    if (!reply.ok) throw new Error(reply.problem.code);
    expect([reply.data.direction, reply.data.caseId]).toEqual(['outbound', null]);
    const callId = CallId.parse(reply.data.id);
    await stack.gateway.tell({ type: 'call.answered', callId, agentId: AGENT, isRecorded: false });
    await stack.gateway.tell({
      type: 'call.ended',
      callId,
      cause: 'completed',
      endedBy: 'agent',
      sipStatus: null,
      talkMs: 9_000,
    });
    await eventually(() => desk.latest(callId)?.phase === 'wrap-up');
    await desk.send('call:save-result', { callId, note: '', resultCode: '32', contents: [] });
    await stack.app.features.missedCalls.review();
    expect(await isDone(stack, task)).toBeFalse();
    desk.close();
    await stack.gateway.phoneGone(AGENT);
  });

  it('is refused by the contact gate, and nobody’s telephone rings', async () => {
    const desk = await readyAgent(stack);
    const today = (await desk.fetch('GET', '/api/cases/today')).body as TodayView; // the route's contract
    const stopped = today.rows.find((row) => row.state === 'stopped')?.id ?? '';
    await desk.send('agent:set-state', { state: 'away' });
    await eventually(() => desk.agents.at(-1)?.state === 'away');
    const callId = await arrive(stack, await numberOf(stack, stopped));
    await hangUp(stack, callId);
    const task = await eventually(async () => stack.app.stores.callbacks.find(SYSTEM, callId as never)); // a task has its call's id
    stack.gateway.commands.length = 0;
    const reply = await desk.send('callback:dial', { id: task.id, requestId: randomUUID() });
    expect(reply.ok ? null : [reply.problem.code, reply.problem.reasons]).toEqual(['call.refused-by-gate', ['stop-flag']]);
    expect(stack.gateway.commands.filter((command) => command.type === 'call.dial')).toEqual([]);
    await desk.send('agent:set-state', { state: 'ready' });
    desk.close();
    await stack.gateway.phoneGone(AGENT);
  });

  it('is closed when the resident calls again and an agent answers', async () => {
    const from = newNumber();
    const task = await aCallback(stack, colleague, from);
    const callId = await arrive(stack, from);
    await stack.gateway.tell({ type: 'call.answered', callId, agentId: UserId.parse('k1215'), isRecorded: false });
    await eventually(() => isDone(stack, task));
    await stack.gateway.tell({
      type: 'call.ended',
      callId,
      cause: 'completed',
      endedBy: 'resident',
      sipStatus: null,
      talkMs: 9_000,
    });
  });
});

describe('a caller who is sent away', () => {
  const stack = new StackFixture({ hours: 'statute' });
  beforeAll(() => stack.start());
  afterAll(() => stack.stop());

  const dismissalsOf = (callId: CallId): string[][] =>
    stack.gateway.commands.flatMap((command) =>
      command.type === 'call.dismiss' && command.callId === callId ? [command.sounds] : [],
    );

  it('hears outside the opening hours that the centre is closed, once, and is called back', async () => {
    const desk = await stack.desk('k1215');
    const callId = await arrive(stack, newNumber(), new Date('2026-11-22T02:00:00.000Z'));
    const [sounds] = await eventually(() => (dismissalsOf(callId).length > 0 ? dismissalsOf(callId) : null));
    expect(sounds?.slice(0, 3)).toEqual(['ja/closed', 'ja/call-back', 'en/closed']);
    await stack.stopApp();
    await stack.startApp();
    await stack.app.features.queue.review();
    expect(dismissalsOf(callId).length).toBe(1);
    await hangUp(stack, callId);
    expect((await eventually(() => ofCall(desk, callId))).reason).toBe('closed');
    desk.close();
  });

  it('hears an apology after the longest wait and is called back, also when the gateway has forgotten the call', async () => {
    const desk = await stack.desk('k1215');
    const callId = await arrive(stack, newNumber(), new Date('2026-11-20T02:00:00.000Z'));
    const [sounds] = await eventually(() => (dismissalsOf(callId).length > 0 ? dismissalsOf(callId) : null));
    expect(sounds?.slice(0, 2)).toEqual(['ja/no-agent', 'ja/call-back']);
    stack.gateway.refusal = 'unknown-call';
    await stack.app.features.changes.apply(callId, (call) => ({
      ...call,
      queueing: { ...call.queueing, dismissal: { reason: 'no-agent', at: '2026-11-20T02:10:00.000Z' } },
    }));
    expect((await eventually(() => ofCall(desk, callId))).reason).toBe('no-agent');
    expect((await stack.app.stores.calls.find(SYSTEM, callId))?.cause).toBe('failed');
    stack.gateway.refusal = null;
    desk.close();
  });
});
