import { randomUUID } from 'node:crypto';
import type { TodayView } from '#contracts/cases.contract';
import type { Problem } from '#contracts/problem.contract';
import { FIRST_CASE, readyAgent, refusal } from '../fakes/agent-journey.ts';
import { eventually, PASSWORD, StackFixture } from '../fakes/stack-fixture.ts';

jasmine.DEFAULT_TIMEOUT_INTERVAL = 60_000;

describe('the way in', () => {
  const stack = new StackFixture();
  beforeAll(() => stack.start());
  afterAll(() => stack.stop());

  it('refuses every kind of bad input with its code and disturbs nothing else', async () => {
    const desk = await readyAgent(stack);
    const dialled = (change: object): Promise<string | undefined> =>
      refusal(desk.send('call:dial', { requestId: randomUUID(), ...FIRST_CASE, ...change }));
    expect(await dialled({ phoneId: 'phone-0002-1' })).toBe('call.number-not-on-case');
    expect(await dialled({ caseId: 'case-9999' })).toBe('case.not-found');
    expect(await dialled({ categoryCode: '10' })).toBe('case.not-found');
    expect(await dialled({ requestId: 'not a uuid' })).toBe('request.invalid');
    expect(await refusal(desk.send('call:hang-up', { callId: 'unknown' }))).toBe('call.not-found');
    expect(await refusal(desk.send('call:hang-up', 'garbage'))).toBe('request.invalid');
    expect(await refusal(desk.send('call:hang-up'))).toBe('request.invalid');
    expect(await refusal(desk.send('no:such-command', {}))).toBe('request.invalid');
    expect(await refusal(desk.send('__proto__', {}))).toBe('request.invalid');
    desk.socket.emit('call:hang-up', { callId: 'x' }, 'not a function');
    desk.socket.emit('call:hang-up');
    expect((await desk.fetch('POST', '/api/session', { body: '{"broken' })).status).toBe(400);
    expect((await desk.fetch('POST', '/api/session', { body: { userNumber: 'x'.repeat(70_000), password: 'x' } })).status).toBe(
      413,
    );
    expect((await desk.fetch('DELETE', '/api/session', { headers: { origin: 'https://evil.example' } })).status).toBe(403);
    expect((await desk.fetch('GET', '/api/session')).status).toBe(200);
    expect((await desk.send('agent:set-state', { state: 'ready' })).ok).toBeTrue();
    desk.close();
  });

  it('refuses a role what it may not do, on every way in', async () => {
    const manager = await stack.desk('k3001');
    expect((await manager.fetch('GET', '/api/cases/today')).status).toBe(403);
    expect((await manager.fetch('POST', '/api/phone/credential')).status).toBe(403);
    expect(await refusal(manager.send('call:dial', { requestId: randomUUID(), ...FIRST_CASE }))).toBe('access.denied');
    expect((await manager.fetch('GET', '/api/wallboard')).status).toBe(200);
    manager.close();
  });

  it('shows no case outside an agent’s categories or list', async () => {
    const desk = await stack.desk('k1215');
    const today = (await desk.fetch('GET', '/api/cases/today')).body as TodayView;
    expect(today.rows.length).toBe(40);
    const codes = new Set(today.rows.flatMap((row) => row.categories as string[]));
    expect([...codes].every((code) => ['01', '02', '03'].includes(code))).toBeTrue();
    expect((await desk.fetch('GET', '/api/cases/case-0001')).status).toBe(404);
    desk.close();
  });

  it('logs out for good: cookie, socket and phone', async () => {
    const desk = await stack.desk('k1212');
    const credential = (await desk.fetch('POST', '/api/phone/credential')).body as { username: string };
    await stack.gateway.phoneReady('k1212');
    const cookie = desk.cookie;
    stack.gateway.commands.length = 0;
    expect((await desk.fetch('DELETE', '/api/session')).status).toBe(204);
    await eventually(() => desk.hasEnded);
    await eventually(() =>
      stack.gateway.commands.some((command) => command.type === 'phone.drop' && command.agentId === 'k1212'),
    );
    expect((await desk.fetch('GET', '/api/session', { headers: { cookie } })).status).toBe(401);
    expect(credential.username).toMatch(/^[0-9a-f]{8}$/);
    await stack.gateway.phoneGone('k1212');
    await expectAsync(stack.visitor().connect()).toBeRejectedWithError('session.required');
  });

  it('gives the same answer for a wrong number and a wrong password, and stops guessing', async () => {
    const visitor = stack.visitor();
    const wrongNumber = (await visitor.logIn('k0000', PASSWORD)).body as Problem;
    const wrongPassword = (await visitor.logIn('k9001', 'wrong')).body as Problem;
    expect([wrongNumber.code, wrongNumber.detail]).toEqual([wrongPassword.code, wrongPassword.detail]);
    for (let attempt = 0; attempt < 4; attempt += 1) await visitor.logIn('k9001', 'wrong');
    expect((await visitor.logIn('k9001', PASSWORD)).status).toBe(429);
  });
});
