import type { Problem } from '#contracts/problem.contract';
import { AGENT, dial, endCall, readyAgent } from '../fakes/agent-journey.ts';
import { sealSample } from '../fakes/sealed-sample.ts';
import { eventually, StackFixture } from '../fakes/stack-fixture.ts';

jasmine.DEFAULT_TIMEOUT_INTERVAL = 60_000;

describe('a recording over HTTP', () => {
  const stack = new StackFixture();
  beforeAll(() => stack.start());
  afterAll(() => stack.stop());

  it('plays a recording in ranges to those who may hear it', async () => {
    const desk = await readyAgent(stack);
    const { callId } = await dial(desk);
    await stack.gateway.tell({ type: 'call.answered', callId, agentId: AGENT, isRecorded: true });
    expect(((await desk.fetch('GET', `/api/calls/${callId}/recording`)).body as Problem).code).toMatch(
      /^recording\.not-(ready|found)$/,
    );
    await endCall(stack, desk, callId);
    await stack.gateway.tell(await sealSample(stack, { callId }));
    const part = await eventually(async () => {
      const answer = await desk.fetch('GET', `/api/calls/${callId}/recording`, { headers: { range: 'bytes=2-5' } });
      return answer.status === 206 ? answer : null;
    });
    expect([String(part.body), part.headers.get('content-type'), part.headers.get('cache-control')]).toEqual([
      '2345',
      'audio/ogg',
      'no-store',
    ]);
    const other = await stack.desk('k1215');
    expect((await other.fetch('GET', `/api/calls/${callId}/recording`)).status).toBe(404);
    const supervisor = await stack.desk('k2001');
    expect((await supervisor.fetch('GET', `/api/calls/${callId}/recording`)).status).toBe(200);
    for (const one of [desk, other, supervisor]) one.close();
  });

  it('plays what there is of a recording that failed, which never counts as whole', async () => {
    const desk = await readyAgent(stack);
    const { callId } = await dial(desk);
    await stack.gateway.tell({ type: 'call.answered', callId, agentId: AGENT, isRecorded: true });
    await stack.gateway.tell({ type: 'recording.failed', callId, reason: 'disk' });
    await endCall(stack, desk, callId);
    expect((await desk.fetch('GET', `/api/calls/${callId}/recording`)).status).toBe(404);
    await stack.gateway.tell(await sealSample(stack, { callId }));
    await eventually(async () => (await desk.fetch('GET', `/api/calls/${callId}/recording`)).status === 200);
    expect(desk.latest(callId)?.recording).toBe('failed');
    desk.close();
  });

  it('never follows a recording out of its folder', async () => {
    const desk = await readyAgent(stack);
    const { callId } = await dial(desk);
    await endCall(stack, desk, callId);
    const told = await stack.gateway.tell({ ...(await sealSample(stack, { callId })), file: '../documents.sqlite' });
    await eventually(async () => (await stack.gateway.watermark()) >= told.number);
    expect((await desk.fetch('GET', `/api/calls/${callId}/recording`)).status).toBe(404);
    desk.close();
  });
});
