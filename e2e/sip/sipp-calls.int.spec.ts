import type Srf from 'drachtio-srf';
import { AnsweringApplication } from './answering-application.ts';
import type { DialOptions } from './answering-application.ts';
import { freeMediaPort, freePort } from './free-ports.ts';
import { startServerUnderTest, untilNothingIsHeld } from './server-under-test.ts';
import type { ServerUnderTest } from './server-under-test.ts';
import { startSipp } from './sipp.ts';
import type { SippOptions, SippResult, SippRun, SippScenario } from './sipp.ts';

const T1_MS = 50;
const CALLS = 5;

interface Caller {
  readonly does: string;
  readonly scenario: SippScenario;
  /** What the application does, by the user part that is called. */
  readonly calls: string;
  /** What the application must have noticed, once a call. */
  readonly noticed: readonly string[];
  readonly options?: Partial<SippOptions>;
  /** drachtio-srf 5 itself never forgets that it waits for a PRACK. */
  readonly leavesSrfWaiting?: boolean;
}

const CALLERS: readonly Caller[] = [
  { does: 'calls and hangs up', scenario: 'uac-rings-in', calls: 'answers', noticed: ['ack', 'destroy'] },
  { does: 'is hung up', scenario: 'uac-is-hung-up', calls: 'hangs-up', noticed: ['ack'] },
  { does: 'cancels', scenario: 'uac-cancels', calls: 'rings', noticed: ['cancel'] },
  { does: 'cancels a call that is answered already', scenario: 'uac-cancels-too-late', calls: 'answers-at-once', noticed: [] },
  { does: 'hangs up without an ACK', scenario: 'uac-byes-before-ack', calls: 'answers-at-once', noticed: ['destroy'] },
  { does: 'ends a ringing call with BYE', scenario: 'uac-byes-while-ringing', calls: 'rings', noticed: ['early-bye'] },
  {
    does: 'acknowledges late',
    scenario: 'uac-acks-late',
    calls: 'answers',
    noticed: ['ack', 'destroy'],
    options: { pauseMs: 400 },
  },
  { does: 'never acknowledges', scenario: 'uac-never-acks', calls: 'answers-at-once', noticed: ['destroy'] },
  { does: 'is refused', scenario: 'uac-is-refused', calls: 'busy', noticed: [] },
  { does: 'sends a re-INVITE', scenario: 'uac-reinvites', calls: 'answers', noticed: ['modify', 'destroy'] },
  { does: 'gets a re-INVITE', scenario: 'uac-is-reinvited', calls: 'reinvites', noticed: ['modified', 'destroy'] },
  { does: 'sends a digit', scenario: 'uac-sends-digit', calls: 'answers', noticed: ['info Signal=5 Duration=160', 'destroy'] },
  { does: 'refers', scenario: 'uac-refers', calls: 'answers', noticed: ['refer', 'notify 200', 'destroy'] },
  { does: 'sends an UPDATE', scenario: 'uac-updates', calls: 'answers', noticed: ['update', 'destroy'] },
  { does: 'acknowledges a reliable 183', scenario: 'uac-pracks', calls: 'reliable', noticed: ['prack', 'ack', 'destroy'] },
  {
    does: 'never acknowledges a reliable 183',
    scenario: 'uac-never-pracks',
    calls: 'reliable',
    noticed: [],
    leavesSrfWaiting: true,
  },
  { does: 'refreshes a session timer', scenario: 'uac-refreshes', calls: 'timer', noticed: ['update', 'destroy'] },
  { does: 'asks for too short a session', scenario: 'uac-asks-short-session', calls: 'timer', noticed: [] },
  { does: 'registers', scenario: 'uac-registers', calls: 'desk', noticed: [] },
];

interface Called {
  readonly does: string;
  readonly scenario: SippScenario;
  readonly dial?: DialOptions;
  /** The status of the refusal; 200 when the call is answered. */
  readonly outcome: number;
  readonly noticed: readonly string[];
  /** Who ends an answered call. */
  readonly endedBy?: 'application' | 'sipp';
}

const TIMER = { Supported: 'timer', 'Session-Expires': '90' };
const CALLED: readonly Called[] = [
  { does: 'answers', scenario: 'uas-answers', outcome: 200, noticed: ['180'], endedBy: 'application' },
  { does: 'hangs up', scenario: 'uas-hangs-up', outcome: 200, noticed: ['180', 'destroy'], endedBy: 'sipp' },
  { does: 'is busy', scenario: 'uas-busy', outcome: 486, noticed: [] },
  { does: 'is cancelled', scenario: 'uas-is-cancelled', dial: { cancels: true }, outcome: 487, noticed: ['180'] },
  { does: 'sends a re-INVITE', scenario: 'uas-reinvites', outcome: 200, noticed: ['modify'], endedBy: 'application' },
  { does: 'sends an UPDATE', scenario: 'uas-updates', outcome: 200, noticed: ['update'], endedBy: 'application' },
  {
    does: 'rings reliably',
    scenario: 'uas-is-pracked',
    dial: { headers: { Supported: '100rel' } },
    outcome: 200,
    noticed: ['183'],
    endedBy: 'application',
  },
  {
    does: 'refreshes a session timer',
    scenario: 'uas-refreshes',
    dial: { headers: TIMER },
    outcome: 200,
    noticed: ['update', 'destroy'],
    endedBy: 'sipp',
  },
];

describe('Calls with SIPp', () => {
  const patienceMs = jasmine.DEFAULT_TIMEOUT_INTERVAL;
  let server: ServerUnderTest;
  let application: AnsweringApplication;
  const running = new Set<SippRun>();

  beforeAll(async () => {
    // Some specs wait for 64 T1, which is 32 s on a server with the RFC's own timers.
    jasmine.DEFAULT_TIMEOUT_INTERVAL = 120_000;
    server = await startServerUnderTest(T1_MS);
  });
  beforeEach(async () => {
    application = await AnsweringApplication.connect(server.control);
  });
  afterEach(async () => {
    for (const sipp of running) sipp.stop();
    running.clear();
    await application.disconnect();
  });
  afterAll(async () => {
    // The last transactions end 64 T1 after their last response (RFC 3261 table 4).
    const held = await untilNothingIsHeld(server);
    if (held !== undefined) expect(held).toEqual(jasmine.objectContaining({ transactions: 0, dialogs: 0 }));
    await server.stop();
    jasmine.DEFAULT_TIMEOUT_INTERVAL = patienceMs;
  });

  /** Everybody has hung up: neither drachtio-srf nor the server may hold the call any longer. */
  async function expectNoCall(isSrfWaiting = false): Promise<void> {
    const endAt = Date.now() + 70 * server.t1Ms;
    let rest: unknown = 'not looked yet';
    while (rest !== undefined && Date.now() < endAt) {
      const dialogs = (await server.held())?.dialogs ?? 0;
      const isIdle = isSrfWaiting || application.isIdle();
      rest = dialogs === 0 && isIdle ? undefined : { dialogs, isIdle };
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(rest).toBeUndefined();
  }

  /** Starts SIPp; it is stopped after the spec when it has not ended by then. */
  async function start(scenario: SippScenario, options: SippOptions): Promise<SippRun> {
    const sipp = await startSipp(scenario, options);
    running.add(sipp);
    return sipp;
  }

  const run = async (scenario: SippScenario, options: SippOptions): Promise<SippResult> =>
    (await start(scenario, options)).finished;

  function expectAsWritten(result: SippResult): void {
    expect(result).toEqual(jasmine.objectContaining({ exitCode: 0, errors: '' }));
    expect(result.stats).toEqual(jasmine.objectContaining({ successful: CALLS, failed: 0 }));
  }

  async function sippOptions(transport: 'udp' | 'tcp'): Promise<SippOptions> {
    const remote = application.listening.get(transport);
    if (remote === undefined) pending(`the SIP server does not listen on ${transport}`);
    const common = { transport, remote: remote ?? '', caller: '09000000123', t1Ms: server.t1Ms, pauseMs: 100 };
    return {
      ...common,
      local: `127.0.0.1:${await freePort()}`,
      mediaPort: await freeMediaPort(),
      calls: CALLS,
      callsPerSecond: 50,
      timeoutSeconds: 20 + Math.ceil((130 * server.t1Ms) / 1000),
    };
  }

  for (const { does, scenario, calls, noticed, options, leavesSrfWaiting } of CALLERS) {
    it(`go as the RFC says when SIPp ${does}`, async () => {
      const result = await run(scenario, { ...(await sippOptions('udp')), service: calls, ...options });
      expectAsWritten(result);
      for (const what of noticed) expect(application.count(what)).withContext(what).toBe(CALLS);
      await expectNoCall(leavesSrfWaiting);
    });
  }

  for (const { does, scenario, dial, outcome, noticed, endedBy } of CALLED) {
    it(`go as the RFC says when SIPp is called and ${does}`, async () => {
      expectAsWritten(await callSipp('udp', scenario, { dial, outcome, endedBy }));
      for (const what of noticed) expect(application.count(what)).withContext(what).toBeGreaterThanOrEqual(CALLS);
      await expectNoCall();
    });
  }

  /** The application calls SIPp as often as SIPp waits for. */
  async function callSipp(
    transport: 'udp' | 'tcp',
    scenario: SippScenario,
    { dial, outcome, endedBy }: { dial: DialOptions | undefined; outcome: number; endedBy: Called['endedBy'] },
  ): Promise<SippResult> {
    const options = await sippOptions(transport);
    const sipp = await start(scenario, options);
    const uri = `sip:resident@${options.local};transport=${transport}`;
    const results = await Promise.all(Array.from({ length: CALLS }, () => application.dial(uri, dial)));
    expect(results.map((result) => (typeof result === 'number' ? result : 200))).toEqual(Array(CALLS).fill(outcome));
    const dialogs = results.filter((result): result is Srf.Dialog => typeof result !== 'number');
    if (endedBy === 'application') {
      // Time for what SIPp wants to do in the dialog.
      await new Promise((resolve) => setTimeout(resolve, 300));
      await Promise.all(dialogs.map((dialog) => application.hangUp(dialog)));
    }
    return sipp.finished;
  }

  it('hang up by themselves when SIPp answers while the application cancels', async () => {
    const dial = { cancels: true };
    expectAsWritten(await callSipp('udp', 'uas-answers-the-cancelled', { dial, outcome: 200, endedBy: 'sipp' }));
    // drachtio-server, too, hands the late answer to the application and ends the call at once.
    expect(application.count('destroy')).toBe(CALLS);
    await expectNoCall();
  });

  it('go over TCP in both directions', async () => {
    const calling = run('uac-rings-in', { ...(await sippOptions('tcp')), service: 'answers' });
    const called = callSipp('tcp', 'uas-answers', { dial: undefined, outcome: 200, endedBy: 'application' });
    expectAsWritten(await calling);
    expectAsWritten(await called);
    await expectNoCall();
  });

  for (const lostPercent of [5, 20]) {
    it(`leave nothing behind when ${lostPercent} % of the packets get lost`, async () => {
      const calls = 40;
      const common = { calls, lostPercent, callsPerSecond: 40, pauseMs: 50 };
      const calling = await run('uac-rings-in', { ...(await sippOptions('udp')), ...common, service: 'answers' });
      expect(calling.stats.successful + calling.stats.failed).toBe(calls);
      expect(calling.stats.successful).toBeGreaterThanOrEqual(calls * 0.9);
      expect(calling.stats.retransmissions).toBeGreaterThan(0);
      await expectNoCall();
      const held = await untilNothingIsHeld(server);
      if (held !== undefined) expect(held).toEqual(jasmine.objectContaining({ transactions: 0, dialogs: 0 }));
    });
  }
});
