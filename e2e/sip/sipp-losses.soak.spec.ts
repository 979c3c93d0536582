import { AnsweringApplication } from './answering-application.ts';
import { freeMediaPort, freePort } from './free-ports.ts';
import { startServerUnderTest, untilNothingIsHeld } from './server-under-test.ts';
import type { ServerUnderTest } from './server-under-test.ts';
import { runSipp } from './sipp.ts';

/** The RFC's own timers. */
const T1_MS = 500;
const CALLS = 200;

describe('Calls with SIPp for minutes', () => {
  const patienceMs = jasmine.DEFAULT_TIMEOUT_INTERVAL;
  let server: ServerUnderTest;
  let application: AnsweringApplication;

  beforeAll(async () => {
    jasmine.DEFAULT_TIMEOUT_INTERVAL = 300_000;
    server = await startServerUnderTest(T1_MS);
    application = await AnsweringApplication.connect(server.control);
  });
  afterAll(async () => {
    await application.disconnect();
    await server.stop();
    jasmine.DEFAULT_TIMEOUT_INTERVAL = patienceMs;
  });

  it('leave nothing behind with the timers of the RFC when 20 % of the packets get lost', async () => {
    const { stats } = await runSipp('uac-rings-in', {
      ...{
        local: `127.0.0.1:${await freePort()}`,
        remote: application.listening.get('udp') ?? '',
        mediaPort: await freeMediaPort(),
      },
      ...{ service: 'answers', caller: '09000000123', calls: CALLS, callsPerSecond: 10, pauseMs: 2_000, lostPercent: 20 },
      ...{ t1Ms: server.t1Ms, timeoutSeconds: 200 },
    });
    expect(stats.successful + stats.failed).toBe(CALLS);
    expect(stats.successful).toBeGreaterThanOrEqual(CALLS * 0.95);
    expect(stats.retransmissions).toBeGreaterThan(CALLS * 0.2);
    const held = await untilNothingIsHeld(server);
    if (held !== undefined) expect(held).toEqual(jasmine.objectContaining({ transactions: 0, dialogs: 0 }));
    expect(application.isIdle()).toBeTrue();
  });

  it('are refreshed by the server itself at half of the session interval, and end when the caller stops refreshing', async () => {
    const common = {
      ...{
        remote: application.listening.get('udp') ?? '',
        caller: '09000000123',
        calls: 3,
        callsPerSecond: 3,
        timeoutSeconds: 200,
      },
    };
    const [refreshed, expired] = await Promise.all([
      runSipp('uac-is-refreshed', {
        ...{ ...common, service: 'refreshes', local: `127.0.0.1:${await freePort()}`, mediaPort: await freeMediaPort() },
      }),
      runSipp('uac-forgets-refresh', {
        ...{ ...common, service: 'timer', local: `127.0.0.1:${await freePort()}`, mediaPort: await freeMediaPort() },
      }),
    ]);
    expect(refreshed).toEqual(jasmine.objectContaining({ exitCode: 0, errors: '' }));
    expect(expired).toEqual(jasmine.objectContaining({ exitCode: 0, errors: '' }));
    const held = await untilNothingIsHeld(server);
    if (held !== undefined) expect(held).toEqual(jasmine.objectContaining({ dialogs: 0 }));
  });
});
