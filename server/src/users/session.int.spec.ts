import { createClient } from 'redis';
import type { PhoneCredential } from '#contracts/users.contract';
import { AGENT } from '../fakes/agent-journey.ts';
import { eventually, StackFixture } from '../fakes/stack-fixture.ts';

jasmine.DEFAULT_TIMEOUT_INTERVAL = 60_000;

describe('a log-out', () => {
  const stack = new StackFixture();
  beforeAll(() => stack.start());
  afterAll(() => stack.stop());

  const liveCredentials = async (): Promise<string[]> => {
    const redis = createClient({ url: stack.redis.url });
    await redis.connect();
    const keys = await redis.keys('kk:credential:*');
    redis.destroy();
    return keys;
  };

  it('leaves no phone credential alive, however many were asked for at once', async () => {
    const desk = await stack.desk(AGENT);
    const issue = () => desk.fetch('POST', '/api/phone/credential');
    const issued = await Promise.all([issue(), issue(), issue()]);
    expect(issued.map((answer) => answer.status)).toEqual([200, 200, 200]);
    expect((await liveCredentials()).length).toBe(1);
    const late = issue();
    await desk.fetch('DELETE', '/api/session');
    await late;
    expect(await liveCredentials()).toEqual([]);
    desk.close();
  });

  it('hands out no credential when the session ended meanwhile', async () => {
    const person = {
      ...(await stack.app.stores.accounts.listAgents()).find((account) => account.id === AGENT)!,
      kind: 'person' as const,
      userId: AGENT,
      sessionKey: 'ended',
      address: '127.0.0.1',
    };
    const issued: Promise<PhoneCredential> = stack.app.features.credentials.issue(person);
    await expectAsync(issued).toBeRejectedWith(jasmine.objectContaining({ code: 'session.required' }));
    expect(await liveCredentials()).toEqual([]);
  });

  it('in one browser leaves the agent present in another', async () => {
    const first = await stack.desk(AGENT);
    const second = await stack.desk(AGENT);
    await eventually(() => second.agents.at(-1)?.state === 'ready');
    await first.fetch('DELETE', '/api/session');
    await eventually(() => first.hasEnded);
    expect((await stack.app.features.agents.view(AGENT)).state).toBe('ready');
    await second.fetch('DELETE', '/api/session');
    expect((await stack.app.features.agents.view(AGENT)).state).toBe('offline');
  });

  it('that took the agent for gone is corrected while a browser is there', async () => {
    const desk = await stack.desk(AGENT);
    await eventually(() => desk.agents.at(-1)?.state === 'ready');
    await stack.app.features.agents.leave(AGENT);
    await stack.app.features.agents.reviewPresence();
    expect((await stack.app.features.agents.view(AGENT)).state).toBe('ready');
    desk.close();
  });
});
