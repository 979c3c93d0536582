import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { CallId, PhoneNumber, UserId } from '#contracts/ids.contract';
import { FakeBrowser } from './testing/fake-browser.ts';
import { FakeCarrier } from './testing/fake-carrier.ts';
import { GatewayStage, waitFor } from './testing/gateway-stage.ts';
import { peakOf } from './testing/read-recording.ts';

const resident = PhoneNumber.parse('+81220001234');
const desk = PhoneNumber.parse('+81221119876');

describe('the SIP gateway with a real Redis, rtpengine, mixer and SIP server', () => {
  const carrier = new FakeCarrier();
  const stage = new GatewayStage();
  let counter = 0;
  const browsers: FakeBrowser[] = [];

  beforeAll(async () => {
    await carrier.open();
    await stage.open(carrier.port);
  }, 30_000);

  afterAll(async () => {
    await stage.close();
    await carrier.close();
  }, 30_000);

  beforeEach(() => {
    carrier.reset();
  });

  afterEach(async () => {
    for (const browser of browsers.splice(0)) browser.close();
    await waitFor(async () => (await stage.state()).calls.length === 0, 'every call to end');
  });

  const wsPort = (): number => stage.sip.addresses.ws?.port ?? 0;
  const newAgent = (): UserId => UserId.parse(`agent-${(counter += 1)}`);
  const newCall = (): CallId => CallId.parse(`call-${(counter += 1)}-${process.pid}`);

  async function openPhone(agent: string): Promise<FakeBrowser> {
    const browser = await FakeBrowser.open(wsPort(), await stage.issueCredential(agent));
    browsers.push(browser);
    expect((await browser.register()).status).toBe(200);
    expect((await browser.invite()).status).toBe(200);
    await stage.fact('phone.ready', (fact) => fact.userId === agent);
    return browser;
  }

  const dial = (agentId: UserId, callId: CallId) =>
    stage.command({ type: 'call.dial', callId, agentId, to: resident, callerId: desk, ringSeconds: 5 });

  it('parks a phone, dials, talks, records the resident on the second channel, and leaves only the parked leg', async () => {
    const [agent, callId] = [newAgent(), newCall()];
    carrier.behaviour = carrier.answers(200);
    await openPhone(agent);
    const sentAtMs = Date.now();
    expect((await dial(agent, callId)).ok).toBeTrue();
    await stage.fact('call.answered', (fact) => fact.callId === callId);
    await waitFor(() => carrier.packets > 50, 'RTP from the gateway');
    // The goals are 200 ms and 150 ms; a busy test machine gets some patience, a needless wait of ours would still show.
    expect((carrier.invites[0]?.atMs ?? 0) - sentAtMs)
      .withContext('command to INVITE, ms')
      .toBeLessThan(300);
    expect(carrier.firstPacketAtMs - carrier.answeredAtMs)
      .withContext('200 OK to audio, ms')
      .toBeLessThan(300);
    expect(carrier.invites[0]?.uri).toContain('sip:0220001234@');
    expect(carrier.invites[0]?.from).toContain('sip:0221119876@');
    expect((await stage.command({ type: 'call.hang-up', callId })).ok).toBeTrue();
    const ended = await stage.fact('call.ended', (fact) => fact.callId === callId);
    expect(ended).toEqual(jasmine.objectContaining({ cause: 'completed', endedBy: 'agent' }));
    const ready = await stage.fact('recording.ready', (fact) => fact.callId === callId);
    await waitFor(() => carrier.isDialogOver, 'the BYE at the carrier');
    expect(Math.abs(ready.seconds * 1_000 - ended.talkMs)).toBeLessThan(150);
    const { channels } = await stage.readRecording(ready.file);
    const [agentPeak, residentPeak] = [peakOf(channels[0]), peakOf(channels[1])];
    expect(agentPeak).toBeLessThan(100);
    expect(residentPeak).toBeGreaterThan(2_000);
    const state = await stage.state();
    expect(state.calls).toEqual([]);
    expect(state.mixer.legs.map(({ leg }) => leg)).toContain(`agent:${agent}`);
    expect(state.mixer.legs.some(({ leg }) => leg.startsWith('call:'))).toBeFalse();
    expect(state.mixer.recordings).toEqual([]);
    expect(state.rtpengineCalls).toBe(state.phones.length);
  }, 20_000);

  it('lets a stranger who finds the RTP ports neither speak to the resident nor into the recording', async () => {
    const [agent, callId] = [newAgent(), newCall()];
    carrier.behaviour = carrier.answers();
    await openPhone(agent);
    await dial(agent, callId);
    await stage.fact('call.answered', (fact) => fact.callId === callId);
    await waitFor(() => carrier.packets > 50, 'RTP from the gateway');
    const packetsBefore = carrier.packets;
    await shout('127.0.0.2', stage.rtpPorts(), 100);
    expect(carrier.loudPackets).toBe(0);
    expect(carrier.packets - packetsBefore).toBeGreaterThan(80);
    await stage.command({ type: 'call.hang-up', callId });
    const { file } = await stage.fact('recording.ready', (fact) => fact.callId === callId);
    const [atAgent, atResident] = (await stage.readRecording(file)).channels;
    // The resident's tone peaks at 15,996 and overshoots in Opus; the stranger shouts at 32,124.
    expect(peakOf(atAgent)).toBeLessThan(100);
    expect(peakOf(atResident)).toBeLessThan(24_000);
    expect(peakOf(atResident?.subarray(-4_000))).toBeGreaterThan(2_000);
  }, 20_000);

  it('ends the call when the resident hangs up', async () => {
    const [agent, callId] = [newAgent(), newCall()];
    carrier.behaviour = carrier.answers();
    await openPhone(agent);
    await dial(agent, callId);
    await stage.fact('call.answered', (fact) => fact.callId === callId);
    carrier.hangUp();
    const ended = await stage.fact('call.ended', (fact) => fact.callId === callId);
    expect(ended).toEqual(jasmine.objectContaining({ cause: 'completed', endedBy: 'resident' }));
  }, 20_000);

  for (const [status, cause] of [
    [486, 'busy'],
    [404, 'unallocated'],
    [480, 'no-answer'],
    [603, 'rejected'],
    [503, 'unreachable'],
  ] as const) {
    it(`tells that a ${status} of the carrier means ${cause}`, async () => {
      const [agent, callId] = [newAgent(), newCall()];
      carrier.behaviour = (_request, response) => {
        response.send(status);
      };
      await openPhone(agent);
      await dial(agent, callId);
      const ended = await stage.fact('call.ended', (fact) => fact.callId === callId);
      expect(ended).toEqual(jasmine.objectContaining({ cause, sipStatus: status, talkMs: 0 }));
    }, 20_000);
  }

  it('cancels a ringing call', async () => {
    const [agent, callId] = [newAgent(), newCall()];
    carrier.behaviour = carrier.answers(10_000);
    await openPhone(agent);
    await dial(agent, callId);
    await stage.fact('call.ringing', (fact) => fact.callId === callId);
    await stage.command({ type: 'call.hang-up', callId });
    const ended = await stage.fact('call.ended', (fact) => fact.callId === callId);
    expect(ended).toEqual(jasmine.objectContaining({ cause: 'cancelled', endedBy: 'agent' }));
    await waitFor(() => carrier.isCancelled, 'the CANCEL at the carrier');
  }, 20_000);

  it('gives up when nobody answers in time', async () => {
    const [agent, callId] = [newAgent(), newCall()];
    carrier.behaviour = carrier.answers(30_000);
    await openPhone(agent);
    await dial(agent, callId);
    await stage.fact('call.ringing', (fact) => fact.callId === callId);
    await waitFor(() => carrier.isCancelled, 'the CANCEL at the carrier', 8_000);
    const ended = await stage.fact('call.ended', (fact) => fact.callId === callId);
    expect(ended).toEqual(jasmine.objectContaining({ cause: 'no-answer', endedBy: 'system' }));
  }, 20_000);

  it('takes an inbound call: arrives, is offered, answered, recorded, ended by the caller', async () => {
    const agent = newAgent();
    await openPhone(agent);
    const outcome = carrier.ring(stage.sip.addresses.udp?.port ?? 0, '0221119876', '0220005555');
    const arrived = await stage.fact('call.arrived', (fact) => fact.from === PhoneNumber.parse('+81220005555'));
    expect(arrived.to).toBe(desk);
    const { callId } = arrived;
    expect((await stage.command({ type: 'call.offer', callId, agentId: agent })).ok).toBeTrue();
    await stage.fact('call.offered', (fact) => fact.callId === callId);
    expect((await stage.command({ type: 'call.answer', callId, agentId: agent })).ok).toBeTrue();
    expect((await outcome).status).toBe(200);
    await stage.fact('call.answered', (fact) => fact.callId === callId);
    await waitFor(() => carrier.packets > 10, 'RTP from the gateway');
    carrier.hangUp();
    const ended = await stage.fact('call.ended', (fact) => fact.callId === callId);
    expect(ended).toEqual(jasmine.objectContaining({ cause: 'completed', endedBy: 'resident' }));
    await stage.fact('recording.ready', (fact) => fact.callId === callId);
  }, 20_000);

  it('answers a re-INVITE of the carrier with the session as it stands', async () => {
    const [agent, callId] = [newAgent(), newCall()];
    carrier.behaviour = carrier.answers();
    await openPhone(agent);
    await dial(agent, callId);
    await stage.fact('call.answered', (fact) => fact.callId === callId);
    const before = carrier.dialog?.remote.sdp;
    expect(await carrier.dialog?.modify(carrier.sdp())).toBe(before);
    await stage.command({ type: 'call.hang-up', callId });
    await stage.fact('call.ended', (fact) => fact.callId === callId);
  }, 20_000);

  it('refuses callers that are neither the trunk nor a browser, numbers that are none, and calls without an offer of ours', async () => {
    const stranger = new FakeCarrier('127.0.0.2');
    await stranger.open();
    const port = stage.sip.addresses.udp?.port ?? 0;
    expect((await stranger.ring(port, '0221119876', '0220007777')).status).toBe(403);
    expect((await carrier.ring(port, 'desk', '0220007777')).status).toBe(404);
    expect((await carrier.ring(port, '%zz', '0220007777')).status).toBe(400);
    await stranger.close();
    expect((await stage.state()).calls).toEqual([]);
  }, 20_000);

  it('tells that a caller gave up', async () => {
    const outcome = carrier.ring(stage.sip.addresses.udp?.port ?? 0, '0221119876', '0220006666');
    const { callId } = await stage.fact('call.arrived', (fact) => fact.from === PhoneNumber.parse('+81220006666'));
    carrier.giveUp();
    expect((await outcome).status).toBe(487);
    const ended = await stage.fact('call.ended', (fact) => fact.callId === callId);
    expect(ended).toEqual(jasmine.objectContaining({ cause: 'abandoned', endedBy: 'resident' }));
  }, 20_000);

  it('re-attaches a reloaded browser to its running call without the resident noticing', async () => {
    const [agent, callId] = [newAgent(), newCall()];
    carrier.behaviour = carrier.answers();
    const before = await openPhone(agent);
    await dial(agent, callId);
    await stage.fact('call.answered', (fact) => fact.callId === callId);
    const reloaded = await FakeBrowser.open(wsPort(), await stage.issueCredential(agent));
    browsers.push(reloaded);
    expect((await reloaded.invite()).status).toBe(200);
    await stage.fact('phone.ready', (fact) => fact.userId === agent && fact.callId === callId);
    await waitFor(() => before.requests.includes('BYE'), 'the BYE at the old page');
    const state = await stage.state();
    expect(state.calls).toEqual([{ callId, phase: 'talking' }]);
    expect(state.phones.filter(({ userId }) => userId === agent)).toEqual([{ userId: agent, inCall: true }]);
    expect(state.mixer.recordings).toEqual([callId]);
    await stage.command({ type: 'call.hang-up', callId });
    await stage.fact('call.ended', (fact) => fact.callId === callId);
  }, 20_000);

  it('keeps the call when the page is closed, and tells that nobody is there', async () => {
    const [agent, callId] = [newAgent(), newCall()];
    carrier.behaviour = carrier.answers();
    const browser = await openPhone(agent);
    await dial(agent, callId);
    await stage.fact('call.answered', (fact) => fact.callId === callId);
    await browser.bye();
    await stage.fact('phone.gone', (fact) => fact.userId === agent && fact.callId === callId);
    expect((await stage.state()).calls).toEqual([{ callId, phase: 'talking' }]);
    await stage.command({ type: 'phone.drop', agentId: agent });
    const ended = await stage.fact('call.ended', (fact) => fact.callId === callId);
    expect(ended.cause).toBe('agent-lost');
    await waitFor(() => carrier.isDialogOver, 'the BYE at the carrier');
  }, 20_000);

  it('refuses wrong, unknown, expired and foreign phones, and says why', async () => {
    const agent = newAgent();
    const good = await stage.issueCredential(agent);
    const cases = [
      { credential: { ...good, password: 'guess' }, reason: 'wrong-response' },
      { credential: { username: 'nobody', password: 'x' }, reason: 'unknown' },
      {
        credential: await stage.issueCredential(agent, { expiresAt: new Date(Date.now() - 1_000).toISOString() }),
        reason: 'expired',
      },
      { credential: await stage.issueCredential(agent, { address: '192.0.2.7' }), reason: 'foreign-address' },
    ];
    for (const { credential, reason } of cases) {
      const browser = await FakeBrowser.open(wsPort(), credential);
      browsers.push(browser);
      expect((await browser.register()).status)
        .withContext(reason)
        .toBe(403);
      expect((await browser.invite()).status)
        .withContext(reason)
        .toBe(403);
      await stage.fact('phone.refused', (fact) => fact.username === credential.username && fact.reason === reason);
    }
    expect((await stage.state()).phones.some(({ userId }) => userId === agent)).toBeFalse();
  }, 20_000);

  it('lets a browser call nothing but its desk, and refuses methods it does not speak', async () => {
    const browser = await FakeBrowser.open(wsPort(), await stage.issueCredential(newAgent()));
    browsers.push(browser);
    expect((await browser.invite('0312345678')).status).toBe(403);
    const refused = await browser.request('MESSAGE');
    expect(refused.status).toBe(405);
    expect(refused.header('Allow')).toContain('INVITE');
    expect((await browser.request('OPTIONS')).status).toBe(200);
  }, 20_000);

  it('refuses late, repeated, malformed and impossible commands, and dials nobody', async () => {
    const [agent, callId] = [newAgent(), newCall()];
    carrier.behaviour = carrier.answers();
    const command = { type: 'call.dial', callId, agentId: agent, to: resident, callerId: desk, ringSeconds: 5 } as const;
    expect(await dial(agent, callId)).toEqual(jasmine.objectContaining({ ok: false, refusal: 'phone-not-ready' }));
    await openPhone(agent);
    expect(await stage.command(command, { deadlineMs: -1 })).toEqual(jasmine.objectContaining({ ok: false, refusal: 'expired' }));
    const id = crypto.randomUUID();
    await stage.command({ type: 'call.hang-up', callId }, { id });
    expect(await stage.command(command, { id })).toEqual(jasmine.objectContaining({ ok: false, refusal: 'repeated' }));
    await stage.rawCommand('not json');
    await stage.rawCommand(JSON.stringify({ id, replyTo: 'malformed-reply', command: { type: 'call.explode' } }));
    expect(await stage.reply('malformed-reply')).toEqual({ id, ok: false, refusal: 'malformed' });
    expect(carrier.invites).toEqual([]);
    expect((await dial(agent, callId)).ok).toBeTrue();
    expect(await dial(agent, newCall())).toEqual(jasmine.objectContaining({ ok: false, refusal: 'agent-busy' }));
    await stage.command({ type: 'call.hang-up', callId });
  }, 20_000);

  it('goes on talking while Redis is dead, and publishes what happened meanwhile', async () => {
    const [agent, callId] = [newAgent(), newCall()];
    carrier.behaviour = carrier.answers();
    await openPhone(agent);
    await dial(agent, callId);
    await stage.fact('call.answered', (fact) => fact.callId === callId);
    await stage.killRedis();
    carrier.packets = 0;
    await waitFor(() => carrier.packets > 25, 'RTP without Redis');
    carrier.hangUp();
    await waitFor(async () => (await stage.state()).calls.length === 0, 'the call to end without Redis');
    await stage.startRedis();
    const ended = await stage.fact('call.ended', (fact) => fact.callId === callId);
    expect(ended.cause).toBe('completed');
    await stage.fact('recording.ready', (fact) => fact.callId === callId);
  }, 20_000);

  it('writes no digit of a number, no URI and no SDP into its log', async () => {
    const [agent, callId] = [newAgent(), newCall()];
    carrier.behaviour = carrier.answers();
    const browser = await openPhone(agent);
    await browser.invite('0312345678');
    await dial(agent, callId);
    await stage.fact('call.answered', (fact) => fact.callId === callId);
    // A talk of no length leaves nothing to pack.
    await waitFor(() => carrier.packets > 25, 'RTP from the gateway');
    await stage.command({ type: 'call.hang-up', callId });
    await stage.fact('recording.ready', (fact) => fact.callId === callId);
    const log = stage.logLines.join('');
    expect(log.length).toBeGreaterThan(1_000);
    for (const secret of ['220001234', '221119876', '220005555', 'sip:', 'm=audio', 'candidate', '0312345678']) {
      expect(log).not.toContain(secret);
    }
  }, 20_000);
});

/** Sends so many frames of PCMU at full volume from this address to every one of the ports, in real time. */
async function shout(host: string, ports: readonly number[], frames: number): Promise<void> {
  const socket = createSocket('udp4').bind(0, host);
  await once(socket, 'listening');
  const packet = Buffer.concat([
    Buffer.alloc(12),
    Buffer.from(Array.from({ length: 160 }, (_, at) => (at % 32 < 16 ? 0x80 : 0x00))),
  ]);
  packet.writeUInt8(0x80, 0);
  packet.writeUInt32BE(0x5eed, 8);
  for (let frame = 0; frame < frames; frame += 1) {
    packet.writeUInt16BE(frame, 2);
    packet.writeUInt32BE(frame * 160, 4);
    for (const port of ports) socket.send(packet, port, '127.0.0.1');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  socket.close();
}
