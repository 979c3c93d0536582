import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { CallId, PhoneNumber, UserId } from '#contracts/ids.contract';
import { FakeBrowser } from './testing/fake-browser.ts';
import { FakeCarrier } from './testing/fake-carrier.ts';
import { GatewayStage, waitFor } from './testing/gateway-stage.ts';

const resident = PhoneNumber.parse('+81220001234');
const desk = PhoneNumber.parse('+81221119876');
const agent = UserId.parse('agent-1');
const callId = CallId.parse('call-in-disaster');

describe('the SIP gateway when something dies', () => {
  let carrier = new FakeCarrier();
  let stage = new GatewayStage();
  let browser: FakeBrowser | null = null;

  beforeEach(async () => {
    carrier = new FakeCarrier();
    stage = new GatewayStage();
    await carrier.open();
    await stage.open(carrier.port);
    carrier.behaviour = carrier.answers();
  }, 30_000);

  afterEach(async () => {
    browser?.close();
    await stage.close();
    await carrier.close();
  }, 30_000);

  async function talk(): Promise<void> {
    browser = await FakeBrowser.open(stage.sip.addresses.ws?.port ?? 0, await stage.issueCredential(agent));
    expect((await browser.register()).status).toBe(200);
    expect((await browser.invite()).status).toBe(200);
    await stage.fact('phone.ready');
    await stage.command({ type: 'call.dial', callId, agentId: agent, to: resident, callerId: desk, ringSeconds: 5 });
    await stage.fact('call.answered');
    await waitFor(() => carrier.packets > 10, 'RTP from the gateway');
  }

  it('ends the call when rtpengine dies, closes the recording, and works again with a new one', async () => {
    await talk();
    await stage.killRtpengine();
    const ended = await stage.fact('call.ended');
    expect(ended).toEqual(jasmine.objectContaining({ cause: 'failed', endedBy: 'system' }));
    await stage.fact('recording.ready');
    await waitFor(() => carrier.isDialogOver, 'the BYE at the carrier');
    await stage.startRtpengine();
    await waitFor(async () => (await stage.health()).rtpengine === true, 'rtpengine to be noticed', 8_000);
    const again = await FakeBrowser.open(stage.sip.addresses.ws?.port ?? 0, await stage.issueCredential(agent));
    expect((await again.invite()).status).toBe(200);
    again.close();
  }, 30_000);

  it('ends the call and hangs up the phone when the mixer dies, keeps what was recorded, and works again', async () => {
    await talk();
    const { mixer } = stage.mixerPids();
    process.kill(mixer, 'SIGKILL');
    expect((await stage.fact('call.ended')).cause).toBe('failed');
    const ready = await stage.fact('recording.ready');
    expect(ready.seconds).toBeGreaterThan(0.1);
    await waitFor(() => browser?.requests.includes('BYE') ?? false, 'the BYE at the browser');
    await waitFor(async () => (await stage.state()).mixer.legs.length === 0, 'an empty mixer');
    const again = await FakeBrowser.open(stage.sip.addresses.ws?.port ?? 0, await stage.issueCredential(agent));
    expect((await again.invite()).status).toBe(200);
    again.close();
  }, 30_000);

  it('ends the call when the SIP server dies, and works again with a new one', async () => {
    await talk();
    await stage.restartSip();
    expect(await stage.fact('call.ended')).toEqual(jasmine.objectContaining({ cause: 'failed', endedBy: 'system' }));
    await stage.fact('recording.ready');
    await stage.fact('phone.gone');
    await waitFor(async () => (await stage.health()).ok, 'the SIP server to be noticed');
    const again = await FakeBrowser.open(stage.sip.addresses.ws?.port ?? 0, await stage.issueCredential(agent));
    expect((await again.invite()).status).toBe(200);
    again.close();
  }, 30_000);

  it('talks on when the recorder dies, and loses nothing of the recording', async () => {
    await talk();
    const { recorder } = stage.mixerPids();
    process.kill(recorder, 'SIGKILL');
    carrier.packets = 0;
    await waitFor(() => carrier.packets > 100, 'two seconds of RTP without a recorder');
    expect((await stage.state()).calls).toEqual([{ callId, phase: 'talking' }]);
    await waitFor(() => stage.logLines.some((line) => line.includes('goes on in a new segment')), 'the second segment');
    await stage.command({ type: 'call.hang-up', callId });
    const { talkMs } = await stage.fact('call.ended');
    const { seconds } = await stage.fact('recording.ready');
    expect(Math.abs(seconds * 1_000 - talkMs)).toBeLessThan(200);
    const checked = await stage.fact('recording.checked');
    // The agent's browser of this stage says nothing at all.
    expect([checked.isComplete, checked.gaps.map(({ kind, channel }) => `${kind} ${channel}`)]).toEqual([
      true,
      ['not-received agent'],
    ]);
    const types = (await stage.facts()).map(({ fact }) => fact.type);
    expect(types.indexOf('recording.ready')).toBeGreaterThan(types.indexOf('call.ended'));
    expect(types).not.toContain('recording.failed');
  }, 30_000);

  /** A gateway in a process of its own in the place of the stage's, so that it can be killed. */
  async function startChildGateway(): Promise<ChildProcess> {
    await stage.gateway.close();
    const child = spawn(process.execPath, ['sip-gateway/src/main.ts'], {
      env: { ...process.env, ...stage.environment() },
      stdio: 'ignore',
    });
    await waitFor(
      async () => (await stage.health(stage.childAdminPort).catch(() => null))?.ok === true,
      'the child gateway',
      10_000,
    );
    return child;
  }

  it('publishes again after Redis lost everything, and nothing that is stored', async () => {
    await talk();
    const answered = (await stage.facts()).find(({ fact }) => fact.type === 'call.answered')?.number ?? 0;
    expect(answered).toBeGreaterThan(0);
    await stage.killRedis();
    carrier.hangUp();
    await stage.startRedis();
    await waitFor(() => stage.redis.isReady, 'the connection of the spec');
    await stage.fact('call.ended');
    await stage.fact('recording.checked');
    const numbers = (await stage.facts()).map(({ number }) => number);
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, index) => index + 1));
    const last = numbers.at(-1) ?? 0;
    await stage.noteStored(last);
    await waitFor(async () => (await stage.facts()).length === 0, 'stored facts to leave the stream');
    await stage.restartGateway();
    await stage.fact('gateway.started');
    expect((await stage.facts()).map(({ number }) => number)[0]).toBe(last + 1);
  }, 30_000);

  it('says goodbye on both sides when it is told to stop', async () => {
    await talk();
    await stage.restartGateway();
    const ended = await stage.fact('call.ended');
    expect(ended).toEqual(jasmine.objectContaining({ cause: 'gateway-lost', endedBy: 'system' }));
    await stage.fact('recording.closed');
    await stage.fact('recording.ready');
    await waitFor(() => carrier.isDialogOver, 'the BYE at the carrier');
    await waitFor(() => browser?.requests.includes('BYE') ?? false, 'the BYE at the browser');
    const state = await stage.state();
    expect(state).toEqual(jasmine.objectContaining({ calls: [], phones: [], dialogs: 0, rtpengineCalls: 0 }));
  }, 30_000);

  it('ends what a killed gateway left: the call, its recording, its rtpengine calls', async () => {
    const child = await startChildGateway();
    await stage.redis.flushAll();
    await talk();
    await waitFor(() => carrier.packets > 75, 'a second and a half of talk');
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
    await waitFor(() => carrier.isDialogOver, 'the BYE at the carrier');
    await waitFor(() => browser?.requests.includes('BYE') ?? false, 'the BYE at the browser');
    await stage.startGateway();
    const ended = await stage.fact('call.ended');
    expect(ended.cause).toBe('gateway-lost');
    expect(ended.talkMs).toBeGreaterThan(1_000);
    const ready = await stage.fact('recording.ready');
    expect(ready.seconds).toBeGreaterThan(1);
    expect((await stage.state()).rtpengineCalls).toBe(0);
  }, 30_000);

  it('stops with exit code 0 on SIGTERM and leaves no process behind', async () => {
    const child = await startChildGateway();
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
    await stage.startGateway();
  }, 30_000);
});
