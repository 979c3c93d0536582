import pino from 'pino';
import { CallId, PhoneNumber, UserId } from '#contracts/ids.contract';
import { RESIDENT } from '#contracts/parties.contract';
import { FakeClock } from '../fakes/fake-clock.ts';
import { FakeFacts, FakePresence } from '../fakes/fake-control.ts';
import { FakeMedia } from '../fakes/fake-media.ts';
import { FakeMixer } from '../fakes/fake-mixer.ts';
import { FakeIncomingLeg, FakeTrunk } from '../fakes/fake-signalling.ts';
import { PhoneBook } from '../phones/phone-book.ts';
import { CallRegistry } from './call-registry.ts';
import { publishQuality } from '../server-link/news-publisher.ts';
import { routeMixerEvents } from './mixer-events.ts';

const agent = UserId.parse('agent-1');
const callId = CallId.parse('call-1');
const number = PhoneNumber.parse('+81220001234');
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** An agent in a call, and a mixer whose events are routed. */
async function stageInCall() {
  const [mixer, media, trunk, facts, clock] = [
    new FakeMixer(),
    new FakeMedia(),
    new FakeTrunk(),
    new FakeFacts(),
    new FakeClock(),
  ];
  const log = pino({ level: 'silent' });
  let anchors = 0;
  const newAnchor = (): string => `anchor-${(anchors += 1)}`;
  const phones = new PhoneBook({ mixer, media, facts, presence: new FakePresence(), clock, log, newAnchor }, 30);
  const calls = new CallRegistry({ mixer, media, trunk, facts, clock, log, newAnchor }, true, (user) => {
    phones.noteFree(user);
  });
  phones.serve(calls);
  mixer.listen(routeMixerEvents(calls, phones, () => undefined));
  const browser = new FakeIncomingLeg(number);
  await phones.attach(agent, browser);
  calls.dial({ type: 'call.dial', callId, agentId: agent, to: number, callerId: number, ringSeconds: 20 });
  await settle();
  trunk.invites[0]?.events.onAnswered('answer');
  await settle();
  expect(calls.list()).toEqual([{ callId, phase: 'talking' }]);
  return { mixer, media, facts, calls, phones, browser, clock };
}

describe('what the mixer reports', () => {
  it("makes the resident's digits facts, and not the agent's", async () => {
    const { mixer, facts } = await stageInCall();
    mixer.emit('onDigit', `agent:${agent}`, '1');
    mixer.emit('onDigit', `call:${callId}`, '5');
    expect(facts.of('call.digit')).toEqual([{ type: 'call.digit', callId, party: RESIDENT, digit: '5' }]);
  });

  it('ends a call whose resident fell silent because rtpengine forgot it, and no other', async () => {
    const { mixer, media, calls, facts } = await stageInCall();
    mixer.emit('onFlow', `call:${callId}`, 'silent');
    await settle();
    expect(calls.size).toBe(1);
    media.isDead = true;
    mixer.emit('onFlow', `call:${callId}`, 'silent');
    await settle();
    expect(facts.of('call.ended')[0]?.cause).toBe('failed');
  });

  it('tells the phone whose microphone fell silent', async () => {
    const { mixer, facts, phones } = await stageInCall();
    mixer.emit('onFlow', `agent:${agent}`, 'silent');
    expect(phones.isReady(agent)).toBeFalse();
    expect(facts.of('phone.gone')).toEqual([{ type: 'phone.gone', userId: agent, callId }]);
  });

  it('tells that a recording failed, and keeps the call', async () => {
    const { mixer, facts, calls } = await stageInCall();
    mixer.emit('onRecordingFailed', callId, 'disk full');
    expect(facts.of('recording.failed')).toEqual([{ type: 'recording.failed', callId, reason: 'disk full' }]);
    expect(calls.list()).toEqual([{ callId, phase: 'talking' }]);
  });

  it('ends calls and phones when the mixer dies, and holds nothing any more', async () => {
    const { mixer, media, facts, calls, phones, browser, clock } = await stageInCall();
    mixer.emit('onLost', 'mixer');
    await settle();
    expect(facts.of('call.ended')[0]?.cause).toBe('failed');
    expect(browser.said).toEqual(['200', 'BYE']);
    expect([calls.size, phones.list().length, media.anchors.size, clock.timers]).toEqual([0, 0, 0, 0]);
  });

  it('tells how well the resident and the agent are received, and nothing of a parked phone', async () => {
    const { mixer, calls, phones } = await stageInCall();
    const told: unknown[] = [];
    const publish = (channel: string, text: string): Promise<number> => {
      told.push([channel, JSON.parse(text)]);
      return Promise.reject(new Error('nobody listens'));
    };
    mixer.listen(publishQuality(calls, { publish } as unknown as Parameters<typeof publishQuality>[1])); // only what it uses
    const quality = { lossPct: 2.5, jitterMs: 12, roundTripMs: null, mos: 4.1 };
    await phones.attach(UserId.parse('agent-2'), new FakeIncomingLeg(number));
    for (const leg of [`call:${callId}`, `agent:${agent}`, 'agent:agent-2']) mixer.emit('onQuality', leg, quality);
    await settle();
    expect(told).toEqual([
      ['kk:gateway-news', { type: 'quality', callId, party: 'resident', ...quality }],
      ['kk:gateway-news', { type: 'quality', callId, party: 'agent', ...quality }],
    ]);
  });
});
