import type { CallView } from '#contracts/calls.contract';
import { AGENT, dial, readyAgent } from '../fakes/agent-journey.ts';
import { eventually, StackFixture } from '../fakes/stack-fixture.ts';

jasmine.DEFAULT_TIMEOUT_INTERVAL = 60_000;

describe('facts of the gateway', () => {
  const stack = new StackFixture();
  beforeAll(() => stack.start());
  afterAll(() => stack.stop());

  it('stores each fact once, whatever is published twice or while it is down', async () => {
    const desk = await readyAgent(stack);
    const { callId } = await dial(desk);
    const answered = await stack.gateway.tell({ type: 'call.answered', callId, agentId: AGENT, isRecorded: true });
    await eventually(() => desk.latest(callId)?.phase === 'talking');
    const version = desk.latest(callId)?.version;
    await stack.gateway.publish(answered);
    await eventually(async () => (await stack.gateway.watermark()) === answered.number);

    await stack.stopApp();
    await stack.gateway.publish(answered);
    const ended = await stack.gateway.tell({
      type: 'call.ended',
      callId,
      cause: 'completed',
      endedBy: 'resident',
      sipStatus: null,
      talkMs: 9_000,
    });
    await stack.startApp();
    await eventually(async () => (await stack.gateway.watermark()) === ended.number);
    const after = (await desk.fetch('GET', '/api/calls/current')).body as { call: CallView };
    expect([after.call.phase, after.call.version]).toEqual(['wrap-up', (version ?? 0) + 1]);
    await eventually(() => desk.socket.connected);
    await desk.send('call:save-result', { callId, note: '', resultCode: '51', contents: [] });
    desk.close();
  });

  it('goes on after Redis lost everything', async () => {
    const before = await readyAgent(stack);
    const { callId } = await dial(before);
    await stack.redis.stop();
    await stack.redis.start();
    before.close();
    const desk = await eventually(async () => stack.desk('k1207').catch(() => null), 15_000);
    await stack.gateway.beat();
    await stack.gateway.publishAgain();
    const ended = await stack.gateway.tell({
      type: 'call.ended',
      callId,
      cause: 'busy',
      endedBy: 'resident',
      sipStatus: 486,
      talkMs: 0,
    });
    await eventually(async () => (await stack.gateway.watermark()) === ended.number, 15_000);
    const current = (await desk.fetch('GET', '/api/calls/current')).body as { call: CallView };
    expect([current.call.phase, current.call.suggestedResult]).toEqual(['wrap-up', '34']);
    const saved = await desk.send('call:save-result', { callId, note: '', resultCode: '34', contents: [] });
    expect(saved.ok).toBeTrue();
    desk.close();
  });

  it('sets a malformed fact aside and goes on', async () => {
    await stack.gateway.publish({ gatewayId: 'gw-test', number: 'one', fact: {} });
    const told = await stack.gateway.tell({ type: 'phone.registered', userId: AGENT, address: '127.0.0.1' });
    await eventually(async () => (await stack.gateway.watermark()) >= told.number);
  });
});
