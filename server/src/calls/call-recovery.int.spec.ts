import { randomUUID } from 'node:crypto';
import type { CallView } from '#contracts/calls.contract';
import type { CaseView } from '#contracts/cases.contract';
import { CallId, CaseId, CategoryCode, PhoneNumber, type UserId } from '#contracts/ids.contract';
import { AGENT, dial, endCall, FIRST_CASE, readyAgent, refusal } from '../fakes/agent-journey.ts';
import { sealSample } from '../fakes/sealed-sample.ts';
import { eventually, StackFixture } from '../fakes/stack-fixture.ts';
import { aCall } from './call.factory.ts';

jasmine.DEFAULT_TIMEOUT_INTERVAL = 60_000;

describe('a call that went wrong', () => {
  const stack = new StackFixture();
  beforeAll(() => stack.start());
  afterAll(() => stack.stop());

  const openCase = async (desk: { fetch: (method: string, path: string) => Promise<{ body: unknown }> }): Promise<CaseView> =>
    (await desk.fetch('GET', '/api/cases/case-0001')).body as CaseView;

  it('shows nobody a candidate outside the agent’s categories', async () => {
    const desk = await readyAgent(stack);
    const found = await stack.app.stores.cases.find({ kind: 'system' }, CaseId.parse('case-0001'));
    const from = found?.phones[0]?.number ?? null;
    const callId = CallId.parse(`in-${randomUUID()}`);
    const narrow = [CategoryCode.parse('10')];
    spyOn(stack.app.stores.accounts, 'find').and.callFake(async (id: UserId) => {
      const account = (await stack.app.stores.accounts.listAgents()).find((one) => one.id === id) ?? null;
      return account === null ? null : { ...account, categories: narrow };
    });
    await stack.gateway.tell({ type: 'call.arrived', callId, from, to: PhoneNumber.parse('+81220001100') });
    await eventually(() => desk.latest(callId)?.phase === 'offered');
    const stored = await stack.app.stores.calls.find({ kind: 'system' }, callId);
    expect(stored?.candidates.length).toBeGreaterThan(0);
    const shown = desk.calls.filter((view) => view.id === callId).flatMap((view) => view.candidates);
    expect(shown.flatMap((one) => one.categories).filter((code) => !narrow.includes(code))).toEqual([]);
    await stack.gateway.tell({ type: 'call.ended', callId, cause: 'abandoned', endedBy: 'resident', sipStatus: 487, talkMs: 0 });
    await eventually(() => desk.latest(callId)?.phase === 'done');
    desk.close();
  });

  it('is ended by a hang-up when the gateway does not know it, and frees the agent', async () => {
    const desk = await readyAgent(stack);
    const { callId } = await dial(desk);
    stack.gateway.refusal = 'unknown-call';
    const reply = await desk.send('call:hang-up', { callId });
    stack.gateway.refusal = null;
    expect(reply.ok && [reply.data.phase, reply.data.cause, reply.data.endedBy]).toEqual(['done', 'failed', 'system']);
    await eventually(() => desk.agents.at(-1)?.state === 'ready');
    desk.close();
  });

  it('does not hold its agent when the server died before its command was sent', async () => {
    const id = CallId.parse(randomUUID());
    await stack.app.stores.calls.add(aCall({ id, gatewayId: stack.gateway.id, startedAt: new Date().toISOString() }));
    await stack.stopApp();
    stack.gateway.refusal = 'unknown-call';
    stack.gateway.commands.length = 0;
    await stack.startApp();
    const desk = await stack.desk(AGENT);
    const after = await eventually(async () => {
      const call = await stack.app.stores.calls.find({ kind: 'system' }, id);
      return call?.phase === 'done' ? call : null;
    });
    stack.gateway.refusal = null;
    expect(after.cause).toBe('failed');
    expect(stack.gateway.commands.some((command) => command.type === 'call.hang-up')).toBeFalse();
    expect(((await desk.fetch('GET', '/api/calls/current')).body as { call: CallView | null }).call).toBeNull();
    desk.close();
  });

  it('keeps the first of two results and refuses the other', async () => {
    const desk = await readyAgent(stack);
    const { callId } = await dial(desk);
    const before = await openCase(desk);
    await stack.gateway.tell({ type: 'call.ended', callId, cause: 'busy', endedBy: 'resident', sipStatus: 486, talkMs: 0 });
    await eventually(() => desk.latest(callId)?.phase === 'wrap-up');
    const results = ['34', '31'].map((resultCode) => ({ callId, note: resultCode, resultCode, contents: [] }));
    const replies = await Promise.all(results.map((result) => desk.send('call:save-result', result)));
    expect(replies.map((reply) => (reply.ok ? 'saved' : reply.problem.code)).sort()).toEqual(['call.edited-elsewhere', 'saved']);
    const winner = results[replies.findIndex((reply) => reply.ok)];
    expect(await refusal(desk.send('call:save-result', winner))).toBeUndefined();
    const stored = await stack.app.stores.calls.find({ kind: 'system' }, callId);
    const after = await openCase(desk);
    const entries = after.timeline.filter((entry) => entry.callId === callId);
    expect(entries.map((entry) => [entry.resultCode, entry.note])).toEqual([[stored?.resultCode ?? undefined, winner?.note]]);
    const tried = (view: CaseView): number => view.phones.find((phone) => phone.id === FIRST_CASE.phoneId)?.tried ?? 0;
    expect(tried(after)).toBe(tried(before) + 1);
    desk.close();
  });

  it('has its record written after a crash between the result and the record', async () => {
    const desk = await readyAgent(stack);
    const { callId } = await dial(desk);
    await stack.gateway.tell({ type: 'call.ended', callId, cause: 'busy', endedBy: 'resident', sipStatus: 486, talkMs: 0 });
    await eventually(() => desk.latest(callId)?.phase === 'wrap-up');
    spyOn(stack.app.stores.timeline, 'add').and.rejectWith(new Error('crashed'));
    expect(await refusal(desk.send('call:save-result', { callId, note: 'x', resultCode: '34', contents: [] }))).toBe(
      'internal.error',
    );
    await stack.stopApp();
    await stack.startApp();
    const entries = (await openCase(desk)).timeline.filter((entry) => entry.callId === callId);
    expect(entries.map((entry) => [entry.resultCode, entry.note, entry.by])).toEqual([['34', 'x', '佐藤 美咲']]);
    desk.close();
  });

  it('gets its talk time from the recording, also in the record, when the gateway lost it', async () => {
    const desk = await readyAgent(stack);
    const { callId } = await dial(desk);
    await stack.gateway.tell({ type: 'call.answered', callId, agentId: AGENT, isRecorded: true });
    await stack.gateway.tell({
      type: 'call.ended',
      callId,
      cause: 'gateway-lost',
      endedBy: 'system',
      sipStatus: null,
      talkMs: 0,
    });
    await eventually(() => desk.latest(callId)?.phase === 'wrap-up');
    await desk.send('call:save-result', { callId, note: '', resultCode: '51', contents: [] });
    await stack.gateway.tell(await sealSample(stack, { callId, seconds: 42.4 }));
    const entry = await eventually(async () =>
      (await openCase(desk)).timeline.find((one) => one.callId === callId && one.hasRecording),
    );
    expect(entry.talkSeconds).toBe(42);
    desk.close();
  });

  it('leaves an audit entry of a dial whose process died in the middle of it', async () => {
    const { auditIntents, audit } = stack.app.stores;
    const id = `intent:${randomUUID()}`;
    const at = new Date(Date.now() - 120_000).toISOString();
    await auditIntents.add({ id, at, actorId: AGENT, action: 'call.dial', subject: 'case-0001', address: '127.0.0.1' });
    await stack.app.features.auditIntents.settleInterrupted();
    await stack.app.features.auditIntents.settleInterrupted();
    const entries = (await audit.listFrom(1, 10_000)).filter((entry) => entry.source === id);
    expect(entries.map((entry) => [entry.action, entry.outcome])).toEqual([['call.dial', 'interrupted']]);
    const desk = await readyAgent(stack);
    const { callId } = await dial(desk);
    await endCall(stack, desk, callId);
    expect(await auditIntents.listBefore(new Date(Date.now() + 60_000))).toEqual([]);
    desk.close();
  });
});
