import pino from 'pino';
import { CallId, PhoneNumber, UserId } from '#contracts/ids.contract';
import { FakeClock } from '../fakes/fake-clock.ts';
import { FakeFacts } from '../fakes/fake-control.ts';
import { FakeMedia } from '../fakes/fake-media.ts';
import { FakeMixer } from '../fakes/fake-mixer.ts';
import { FakeIncomingLeg, FakeTrunk } from '../fakes/fake-signalling.ts';
import { CallRegistry } from './call-registry.ts';
import { CommandDesk } from './command-desk.ts';

const agent = UserId.parse('agent-1');
const other = UserId.parse('agent-2');
const callId = CallId.parse('call-1');
const resident = PhoneNumber.parse('+81220001234');
const desk = PhoneNumber.parse('+81221119876');

/** Lets every promise that can be settled settle. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A gateway without a network: two agents with parked legs, and the commands of the server. */
class Stage {
  readonly mixer = new FakeMixer();
  readonly media = new FakeMedia();
  readonly trunk = new FakeTrunk();
  readonly facts = new FakeFacts();
  readonly clock = new FakeClock();
  readonly logLines: string[] = [];
  readonly freed: UserId[] = [];
  readonly ready = new Set([agent, other]);
  readonly dropped: UserId[] = [];
  readonly calls: CallRegistry;
  readonly commands: CommandDesk;
  #anchors = 0;

  constructor(isRecorded = true) {
    const log = pino({ level: 'trace' }, { write: (line: string) => this.logLines.push(line) });
    const newAnchor = (): string => `anchor-${(this.#anchors += 1)}`;
    const { mixer, media, trunk, facts, clock } = this;
    this.calls = new CallRegistry({ mixer, media, trunk, facts, clock, log, newAnchor }, isRecorded, (user) =>
      this.freed.push(user),
    );
    this.commands = new CommandDesk(this.calls, {
      isReady: (user) => this.ready.has(user),
      drop: (user) => this.dropped.push(user),
    });
  }

  async open(): Promise<this> {
    await this.mixer.openLeg(`agent:${agent}`);
    await this.mixer.openLeg(`agent:${other}`);
    return this;
  }

  dial(): string | null {
    return this.commands.execute({ type: 'call.dial', callId, agentId: agent, to: resident, callerId: desk, ringSeconds: 20 });
  }

  get invite(): FakeTrunk['invites'][number] {
    const invite = this.trunk.invites[0];
    if (invite === undefined) throw new Error('Nobody was invited');
    return invite;
  }

  /** Nothing may be left of any call. */
  expectClean(): void {
    expect(this.calls.size).toBe(0);
    expect([...this.media.anchors]).toEqual([]);
    expect(this.media.released.length).toBe(new Set(this.media.released).size);
    expect(this.mixer.openLegs()).toEqual([`agent:${agent}`, `agent:${other}`]);
    expect(this.mixer.recordings.size).toBe(0);
    expect(this.mixer.source(`agent:${agent}`)).toBe('silence');
    expect(this.clock.timers).toBe(0);
    expect(this.facts.of('call.ended').length).toBe(1);
  }
}

describe('calls run through the ports', () => {
  async function talking(stage: Stage): Promise<void> {
    stage.dial();
    await settle();
    stage.invite.events.onProgress(180, null);
    stage.invite.events.onAnswered('answer');
    await settle();
  }

  it('dials, joins both parties, records them in order, and leaves nothing behind', async () => {
    const stage = await new Stage().open();
    await talking(stage);
    expect(stage.calls.list()).toEqual([{ callId, phase: 'talking' }]);
    expect(stage.mixer.gain(`call:${callId}`, `agent:${agent}`)).toBe(1);
    expect(stage.mixer.gain(`agent:${agent}`, `call:${callId}`)).toBe(1);
    const recording = stage.mixer.recordings.get(callId);
    expect(recording?.file).toBe(`2026-04-01/${callId}.recording`);
    expect([...(recording?.channels ?? [])]).toEqual([
      ['agent', `agent:${agent}`],
      ['resident', `call:${callId}`],
    ]);
    stage.commands.execute({ type: 'call.hang-up', callId });
    await settle();
    expect(stage.invite.said).toEqual(['BYE']);
    expect(stage.facts.types()).toEqual(['call.dialling', 'call.ringing', 'call.answered', 'call.ended', 'recording.closed']);
    stage.expectClean();
  });

  it('plays ringback to the agent while it rings', async () => {
    const stage = await new Stage().open();
    stage.dial();
    await settle();
    stage.invite.events.onProgress(180, null);
    expect(stage.mixer.source(`agent:${agent}`)).toBe('ringback');
    expect(stage.mixer.recordings.size).toBe(0);
  });

  it('lets the agent hear early media, but not the resident the agent', async () => {
    const stage = await new Stage().open();
    stage.dial();
    await settle();
    stage.invite.events.onProgress(183, 'early');
    await settle();
    expect(stage.mixer.gain(`agent:${agent}`, `call:${callId}`)).toBe(1);
    expect(stage.mixer.gain(`call:${callId}`, `agent:${agent}`)).toBe(0);
  });

  it('mutes and unmutes the agent', async () => {
    const stage = await new Stage().open();
    await talking(stage);
    stage.commands.execute({ type: 'party.mute', callId, party: null, muted: true });
    expect(stage.mixer.gain(`call:${callId}`, `agent:${agent}`)).toBe(0);
    expect(stage.mixer.gain(`agent:${agent}`, `call:${callId}`)).toBe(1);
    stage.commands.execute({ type: 'party.mute', callId, party: null, muted: false });
    expect(stage.mixer.gain(`call:${callId}`, `agent:${agent}`)).toBe(1);
  });

  it('sends digits only while talking', async () => {
    const stage = await new Stage().open();
    await talking(stage);
    expect(stage.commands.execute({ type: 'party.send-digits', callId, digits: '12#' })).toBeNull();
    expect(stage.mixer.digitsSent(`call:${callId}`)).toBe('12#');
    stage.commands.execute({ type: 'call.hang-up', callId });
    expect(stage.commands.execute({ type: 'party.send-digits', callId, digits: '1' })).toBe('invalid-state');
  });

  it('releases the media once when the agent hangs up while it is being anchored', async () => {
    const stage = await new Stage().open();
    const goOn = stage.media.hold();
    stage.dial();
    stage.commands.execute({ type: 'call.hang-up', callId });
    expect(stage.facts.types()).toEqual(['call.ended']);
    goOn();
    await settle();
    expect(stage.trunk.invites).toEqual([]);
    stage.expectClean();
  });

  it('ends a call whose media cannot be had', async () => {
    const stage = await new Stage().open();
    stage.media.failNext('makeOffer', 'lost');
    stage.dial();
    await settle();
    expect(stage.facts.of('call.ended')[0]?.cause).toBe('failed');
    stage.expectClean();
  });

  it('hangs up when the 200 OK crosses the CANCEL', async () => {
    const stage = await new Stage().open();
    stage.dial();
    await settle();
    stage.commands.execute({ type: 'call.hang-up', callId });
    stage.invite.events.onAnswered('answer');
    await settle();
    expect(stage.invite.said).toEqual(['CANCEL', 'BYE']);
    stage.expectClean();
  });

  it('cancels when nobody answers in time', async () => {
    const stage = await new Stage().open();
    stage.dial();
    await settle();
    stage.invite.events.onProgress(180, null);
    stage.clock.advance(20_000);
    expect(stage.invite.said).toEqual(['CANCEL']);
    stage.invite.events.onRefused(487, null);
    await settle();
    expect(stage.facts.of('call.ended')[0]?.cause).toBe('no-answer');
    stage.expectClean();
  });

  it('tells of a recording that cannot be started, and talks on', async () => {
    const stage = await new Stage().open();
    stage.mixer.failNext('startRecording', 'recording-failed');
    await talking(stage);
    expect(stage.facts.of('recording.failed').length).toBe(1);
    expect(stage.calls.list()).toEqual([{ callId, phase: 'talking' }]);
    stage.invite.events.onEnded();
    await settle();
    expect(stage.facts.of('recording.failed').length).toBe(1);
    stage.expectClean();
  });

  it('tells of a recording that cannot be closed, and still releases the media', async () => {
    const stage = await new Stage().open();
    await talking(stage);
    stage.mixer.recordings.clear();
    stage.invite.events.onEnded();
    await settle();
    expect(stage.facts.of('recording.failed').length).toBe(1);
    stage.expectClean();
  });

  it('ends the call when rtpengine forgot it', async () => {
    const stage = await new Stage().open();
    await talking(stage);
    await stage.calls.get(callId)?.checkMedia(`call:${callId}`);
    expect(stage.calls.size).toBe(1);
    stage.media.isDead = true;
    await stage.calls.get(callId)?.checkMedia(`call:${callId}`);
    await settle();
    expect(stage.invite.said).toEqual(['BYE']);
    expect(stage.facts.of('call.ended')[0]?.cause).toBe('failed');
    stage.expectClean();
  });

  it('answers an inbound call for the agent it was offered to', async () => {
    const stage = await new Stage().open();
    const leg = new FakeIncomingLeg(desk, resident);
    stage.calls.arrive(callId, leg);
    expect(stage.commands.execute({ type: 'call.offer', callId, agentId: agent })).toBeNull();
    expect(stage.commands.execute({ type: 'call.answer', callId, agentId: other })).toBe('invalid-state');
    expect(stage.commands.execute({ type: 'call.answer', callId, agentId: agent })).toBeNull();
    await settle();
    expect(leg.said).toEqual(['180', '200']);
    expect(stage.mixer.gain(`call:${callId}`, `agent:${agent}`)).toBe(1);
    leg.events?.onEnded();
    await settle();
    expect(stage.facts.types()).toEqual(['call.arrived', 'call.offered', 'call.answered', 'call.ended', 'recording.closed']);
    stage.expectClean();
  });

  it('releases what it anchored when the caller gives up just before the 200 OK', async () => {
    const stage = await new Stage().open();
    const leg = new FakeIncomingLeg(desk, resident);
    leg.isPatient = false;
    stage.calls.arrive(callId, leg);
    stage.commands.execute({ type: 'call.offer', callId, agentId: agent });
    stage.commands.execute({ type: 'call.answer', callId, agentId: agent });
    await settle();
    expect(stage.facts.of('call.ended')[0]?.cause).toBe('abandoned');
    stage.expectClean();
  });

  it('refuses with 488 a caller whose codecs we do not speak', async () => {
    const stage = await new Stage().open();
    const leg = new FakeIncomingLeg(desk, resident);
    stage.media.failNext('takeOffer', 'unsupported');
    stage.calls.arrive(callId, leg);
    stage.commands.execute({ type: 'call.offer', callId, agentId: agent });
    stage.commands.execute({ type: 'call.answer', callId, agentId: agent });
    await settle();
    expect(leg.said).toEqual(['180', '488']);
    stage.expectClean();
  });

  it('refuses with 480 a caller for whom nobody was named within a minute', async () => {
    const stage = await new Stage().open();
    const leg = new FakeIncomingLeg(desk, resident);
    stage.calls.arrive(callId, leg);
    stage.clock.advance(60_000);
    expect(leg.said).toEqual(['180', '480']);
    stage.expectClean();
  });

  it('lets an agent be offered and dial one call at a time, and frees it after each', async () => {
    const stage = await new Stage().open();
    stage.calls.arrive(callId, new FakeIncomingLeg(desk, resident));
    const second = CallId.parse('call-2');
    stage.calls.arrive(second, new FakeIncomingLeg(desk, null));
    stage.commands.execute({ type: 'call.offer', callId, agentId: agent });
    expect(stage.commands.execute({ type: 'call.offer', callId: second, agentId: agent })).toBe('agent-busy');
    stage.commands.execute({ type: 'call.offer', callId, agentId: other });
    expect(stage.freed).toEqual([agent]);
    expect(stage.commands.execute({ type: 'call.offer', callId: second, agentId: agent })).toBeNull();
  });

  it('refuses commands that do not fit, in the words of the contract', async () => {
    const stage = await new Stage().open();
    expect(stage.commands.execute({ type: 'call.hang-up', callId })).toBe('unknown-call');
    stage.ready.delete(agent);
    expect(stage.dial()).toBe('phone-not-ready');
    stage.ready.add(agent);
    expect(stage.dial()).toBeNull();
    expect(stage.dial()).toBe('invalid-state');
    expect(stage.commands.execute({ type: 'party.mute', callId, party: null, muted: true })).toBe('invalid-state');
    expect(stage.commands.execute({ type: 'call.offer', callId, agentId: other })).toBe('invalid-state');
    expect(stage.commands.execute({ type: 'phone.drop', agentId: agent })).toBeNull();
    expect(stage.dropped).toEqual([agent]);
    stage.commands.drain();
    expect(
      stage.commands.execute({
        type: 'call.dial',
        callId: CallId.parse('call-9'),
        agentId: other,
        to: resident,
        callerId: desk,
        ringSeconds: 20,
      }),
    ).toBe('draining');
  });

  it('ends every call when the gateway drains, and says when none is left', async () => {
    const stage = await new Stage().open();
    await talking(stage);
    let isIdle = false;
    void stage.calls.whenIdle().then(() => (isIdle = true));
    stage.calls.drain();
    await settle();
    expect(isIdle).toBeTrue();
    expect(stage.facts.of('call.ended')[0]?.cause).toBe('gateway-lost');
    stage.expectClean();
  });

  it('writes no digit of a number and no SDP into the log', async () => {
    const stage = await new Stage().open();
    await talking(stage);
    stage.mixer.failNext('setHearing', 'lost');
    stage.commands.execute({ type: 'party.mute', callId, party: null, muted: true });
    await settle();
    const log = stage.logLines.join('');
    expect(stage.logLines.length).toBeGreaterThan(3);
    for (const secret of ['220001234', '221119876', 'offer of', '"answer"']) expect(log).not.toContain(secret);
  });
});
