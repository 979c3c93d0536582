import { randomUUID } from 'node:crypto';
import type { CallView } from '#contracts/calls.contract';
import type { CaseView, TodayView } from '#contracts/cases.contract';
import { CallId, PhoneNumber } from '#contracts/ids.contract';
import { AGENT, dial, endCall, FIRST_CASE, readyAgent, refusal } from '../fakes/agent-journey.ts';
import { sealSample } from '../fakes/sealed-sample.ts';
import { eventually, StackFixture } from '../fakes/stack-fixture.ts';

jasmine.DEFAULT_TIMEOUT_INTERVAL = 60_000;

describe('a call', () => {
  const stack = new StackFixture();
  beforeAll(() => stack.start());
  afterAll(() => stack.stop());

  it('takes an agent from log-in through a recorded call to the negotiation record', async () => {
    const desk = await readyAgent(stack);
    const before = ((await desk.fetch('GET', '/api/cases/today')).body as TodayView).rows[0]?.attemptsToday ?? 0;
    stack.gateway.commands.length = 0;
    const { callId, view } = await dial(desk);
    expect(view.phase).toBe('dialling');
    expect(stack.gateway.commands).toEqual([
      {
        type: 'call.dial',
        callId,
        agentId: AGENT,
        to: PhoneNumber.parse('+819000000010'),
        callerId: PhoneNumber.parse('+81220001100'),
        ringSeconds: 30,
      },
    ]);

    await stack.gateway.tell({ type: 'call.ringing', callId });
    await eventually(() => desk.latest(callId)?.phase === 'ringing');
    await stack.gateway.tell({ type: 'call.answered', callId, agentId: AGENT, isRecorded: true });
    await eventually(() => desk.latest(callId)?.phase === 'talking');
    expect(desk.latest(callId)?.recording).toBe('recording');
    await eventually(() => desk.agents.at(-1)?.state === 'talking');

    await desk.send('call:mark-identity', { callId, item: 'name', verdict: 'match' });
    await desk.send('call:mark-identity', { callId, item: 'birth-date', verdict: 'match' });
    await desk.send('call:save-draft', { callId, note: '月末に納付', resultCode: null, contents: ['promise'] });
    await stack.gateway.tell({
      type: 'call.ended',
      callId,
      cause: 'completed',
      endedBy: 'resident',
      sipStatus: null,
      talkMs: 61_400,
    });
    const over = await eventually(() => (desk.latest(callId)?.phase === 'wrap-up' ? desk.latest(callId) : undefined));
    expect([over.suggestedResult, over.isIdentified, over.draft.note, over.recording]).toEqual([
      '11',
      true,
      '月末に納付',
      'saving',
    ]);

    const current = (await desk.fetch('GET', '/api/calls/current')).body as { call: CallView };
    expect(current.call.draft.note).toBe('月末に納付');

    const saved = await desk.send('call:save-result', { callId, note: '月末に納付', resultCode: '11', contents: ['promise'] });
    expect(saved.ok && saved.data.phase).toBe('done');
    await stack.gateway.tell(await sealSample(stack, { callId, seconds: 61.4 }));

    const entry = await eventually(async () => {
      const opened = (await desk.fetch('GET', '/api/cases/case-0001')).body as CaseView;
      return opened.timeline.find((one) => one.callId === callId && one.hasRecording);
    });
    expect(entry).toEqual(
      jasmine.objectContaining({ resultCode: '11', talkSeconds: 61, note: '月末に納付', by: '佐藤 美咲', direction: 'outbound' }),
    );
    const today = (await desk.fetch('GET', '/api/cases/today')).body as TodayView;
    expect(today.rows[0]).toEqual(
      jasmine.objectContaining({ id: 'case-0001', lastResult: '11', attemptsToday: before + 1, state: 'done' }),
    );
    await eventually(() => desk.agents.at(-1)?.state === 'ready');
    desk.close();
  });

  it('dials once however often the same request comes, and one call at a time', async () => {
    const desk = await readyAgent(stack);
    stack.gateway.commands.length = 0;
    const request = { requestId: randomUUID(), ...FIRST_CASE };
    const replies = await Promise.all([
      desk.send('call:dial', request),
      desk.send('call:dial', request),
      desk.send('call:dial', request),
    ]);
    expect(replies.every((reply) => reply.ok && reply.data.id === request.requestId)).toBeTrue();
    expect(stack.gateway.commands.filter((command) => command.type === 'call.dial').length).toBe(1);
    expect(await refusal(desk.send('call:dial', { ...request, requestId: randomUUID() }))).toBe('call.agent-busy');
    await endCall(stack, desk, CallId.parse(request.requestId));
    desk.close();
  });

  it('is refused by the contact gate with its reasons, and nothing is dialled', async () => {
    const desk = await readyAgent(stack);
    stack.gateway.commands.length = 0;
    const today = (await desk.fetch('GET', '/api/cases/today')).body as TodayView;
    const stopped = today.rows.find((row) => row.state === 'stopped');
    const opened = (await desk.fetch('GET', `/api/cases/${stopped?.id ?? ''}`)).body as CaseView;
    const phoneId = opened.phones.find((phone) => phone.kind !== 'workplace')?.id;
    const reply = await desk.send('call:dial', {
      requestId: randomUUID(),
      caseId: opened.id,
      phoneId,
      categoryCode: opened.debts[0]?.categoryCode,
    });
    expect(reply.ok ? null : [reply.problem.code, reply.problem.reasons]).toEqual(['call.refused-by-gate', ['stop-flag']]);
    expect(stack.gateway.commands).toEqual([]);
    expect(((await desk.fetch('GET', '/api/calls/current')).body as { call: CallView | null }).call).toBeNull();
    desk.close();
  });

  it('tells the agent when the gateway refuses or does not answer, and is ready for the next call', async () => {
    const desk = await readyAgent(stack);
    stack.gateway.refusal = 'failed';
    expect(await refusal(desk.send('call:dial', { requestId: randomUUID(), ...FIRST_CASE }))).toBe('gateway.unavailable');
    stack.gateway.refusal = 'silent';
    const requestId = randomUUID();
    expect(await refusal(desk.send('call:dial', { requestId, ...FIRST_CASE }))).toBe('gateway.unavailable');
    expect(desk.latest(requestId)).toEqual(jasmine.objectContaining({ phase: 'done', cause: 'failed' }));

    // The silent gateway dials after all: the call must not go on behind the screen.
    stack.gateway.refusal = null;
    stack.gateway.commands.length = 0;
    await stack.gateway.tell({ type: 'call.ringing', callId: CallId.parse(requestId) });
    await eventually(() =>
      stack.gateway.commands.some((command) => command.type === 'call.hang-up' && command.callId === requestId),
    );
    await eventually(() => desk.agents.at(-1)?.state === 'ready');
    desk.close();
  });

  it('offers an inbound call to the longest-ready agent, shows nothing of the case until two items match', async () => {
    const desk = await readyAgent(stack);
    await desk.send('agent:set-state', { state: 'ready' });
    const known = (await stack.app.stores.cases.find({ kind: 'system' }, (await dialable()).caseId)) ?? undefined;
    const callId = CallId.parse(`in-${randomUUID()}`);
    const from = known?.phones[0]?.number ?? null;
    await stack.gateway.tell({ type: 'call.arrived', callId, from, to: PhoneNumber.parse('+81220001200') });
    const offered = await eventually(() => (desk.latest(callId)?.phase === 'offered' ? desk.latest(callId) : undefined));
    expect(offered.caseId).toBeNull();
    expect(offered.candidates.map((candidate) => candidate.caseId as string)).toEqual([known?.id as string]);
    expect(JSON.stringify(offered)).not.toContain(known?.person.name ?? '');
    await eventually(() => stack.gateway.commands.some((command) => command.type === 'call.offer' && command.callId === callId));

    expect((await desk.send('call:answer', { callId })).ok).toBeTrue();
    await stack.gateway.tell({ type: 'call.answered', callId, agentId: AGENT, isRecorded: true });
    await eventually(() => desk.latest(callId)?.phase === 'talking');
    expect((await desk.fetch('GET', `/api/cases/${known?.id ?? ''}`)).status).toBe(403);

    const wrong = await desk.send('call:identify-caller', {
      callId,
      caseId: known?.id,
      said: { kana: 'ダレカ', birthDate: known?.person.birthDate },
    });
    expect(wrong.ok && [wrong.data.isIdentified, wrong.data.caseId]).toEqual([false, null]);
    const right = await desk.send('call:identify-caller', { callId, caseId: known?.id, said: { kana: known?.person.kana } });
    expect(right.ok && [right.data.isIdentified, right.data.caseId as string | null]).toEqual([true, known?.id as string]);
    expect((await desk.fetch('GET', `/api/cases/${known?.id ?? ''}`)).status).toBe(200);
    await endCall(stack, desk, callId, '11');
    desk.close();

    async function dialable() {
      const today = (await desk.fetch('GET', '/api/cases/today')).body as TodayView;
      const row = today.rows.find((one) => one.state === 'open' && one.categories.includes('04' as never)); // codes are branded
      if (row === undefined) throw new Error('no open case');
      return { caseId: row.id };
    }
  });

  it('is done with a caller who gives up, and leaves the agent ready', async () => {
    const desk = await readyAgent(stack);
    const callId = CallId.parse(`in-${randomUUID()}`);
    await stack.gateway.tell({ type: 'call.arrived', callId, from: null, to: PhoneNumber.parse('+81220001400') });
    await eventually(() => desk.latest(callId)?.phase === 'offered');
    await stack.gateway.tell({ type: 'call.ended', callId, cause: 'abandoned', endedBy: 'resident', sipStatus: 487, talkMs: 0 });
    await eventually(() => desk.latest(callId)?.phase === 'done');
    await eventually(() => desk.agents.at(-1)?.state === 'ready');
    desk.close();
  });

  it('takes a declined call away and marks the agent away', async () => {
    const desk = await readyAgent(stack);
    const callId = CallId.parse(`in-${randomUUID()}`);
    await stack.gateway.tell({ type: 'call.arrived', callId, from: null, to: PhoneNumber.parse('+81220001300') });
    await eventually(() => desk.latest(callId)?.phase === 'offered');
    await desk.send('call:hang-up', { callId });
    await eventually(() => desk.agents.at(-1)?.state === 'away');
    expect(desk.latest(callId)?.phase).toBe('done');
    await stack.gateway.tell({ type: 'call.ended', callId, cause: 'abandoned', endedBy: 'resident', sipStatus: 487, talkMs: 0 });
    await desk.send('agent:set-state', { state: 'ready' });
    desk.close();
  });
});
