import pino from 'pino';
import { CallId, PhoneNumber, UserId } from '#contracts/ids.contract';
import { FakeClock } from '../fakes/fake-clock.ts';
import { FakeFacts, FakePresence } from '../fakes/fake-control.ts';
import { FakeMedia } from '../fakes/fake-media.ts';
import { FakeMixer } from '../fakes/fake-mixer.ts';
import { FakeIncomingLeg } from '../fakes/fake-signalling.ts';
import { PhoneBook } from './phone-book.ts';

const agent = UserId.parse('agent-1');
const callId = CallId.parse('call-1');
const desk = PhoneNumber.parse('+81221119876');
const leg = `agent:${agent}`;

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

class Stage {
  readonly mixer = new FakeMixer();
  readonly media = new FakeMedia();
  readonly facts = new FakeFacts();
  readonly presence = new FakePresence();
  readonly clock = new FakeClock();
  readonly lost: UserId[] = [];
  readonly phones: PhoneBook;
  isInCall = false;
  #anchors = 0;

  constructor() {
    const { mixer, media, facts, presence, clock } = this;
    const log = pino({ level: 'silent' });
    const newAnchor = (): string => `anchor-${(this.#anchors += 1)}`;
    this.phones = new PhoneBook({ mixer, media, facts, presence, clock, log, newAnchor }, 30);
    this.phones.serve({
      callOf: () => (this.isInCall ? callId : null),
      agentLost: (user) => {
        this.lost.push(user);
        this.isInCall = false;
      },
    });
  }

  async attach(): Promise<FakeIncomingLeg> {
    const browser = new FakeIncomingLeg(desk);
    await this.phones.attach(agent, browser);
    return browser;
  }

  expectGone(): void {
    expect(this.phones.list()).toEqual([]);
    expect(this.mixer.openLegs()).toEqual([]);
    expect([...this.media.anchors]).toEqual([]);
    expect([...this.presence.shown]).toEqual([]);
    expect(this.clock.timers).toBe(0);
  }
}

describe('the phone book', () => {
  it('parks a phone that hears silence and is heard by nobody', async () => {
    const stage = new Stage();
    const browser = await stage.attach();
    expect(browser.said).toEqual(['200']);
    expect(stage.phones.isReady(agent)).toBeTrue();
    expect(stage.mixer.source(leg)).toBe('silence');
    expect(stage.facts.all).toEqual([{ type: 'phone.ready', userId: agent, callId: null }]);
    expect([...stage.presence.shown]).toEqual([agent]);
  });

  it('lets a newer browser replace the older one on the same mixer leg', async () => {
    const stage = new Stage();
    const older = await stage.attach();
    stage.isInCall = true;
    await stage.attach();
    expect(older.said).toEqual(['200', 'BYE']);
    expect(stage.mixer.calls.filter(({ method }) => method === 'openLeg').length).toBe(1);
    expect(stage.mixer.calls.filter(({ method }) => method === 'closeLeg').length).toBe(0);
    expect([...stage.media.anchors]).toEqual(['anchor-2']);
    expect(stage.facts.of('phone.ready').map((fact) => fact.callId)).toEqual([null, callId]);
    older.events?.onEnded();
    await settle();
    expect(stage.phones.isReady(agent)).toBeTrue();
  });

  it('closes a parked phone at once when its page says goodbye', async () => {
    const stage = new Stage();
    const browser = await stage.attach();
    browser.events?.onEnded();
    await settle();
    expect(stage.facts.of('phone.gone')).toEqual([{ type: 'phone.gone', userId: agent, callId: null }]);
    stage.expectGone();
  });

  it('waits for a page that left its call, and re-attaches it', async () => {
    const stage = new Stage();
    const browser = await stage.attach();
    stage.isInCall = true;
    browser.events?.onEnded();
    await settle();
    expect(stage.facts.of('phone.gone')).toEqual([{ type: 'phone.gone', userId: agent, callId }]);
    expect(stage.phones.isReady(agent)).toBeFalse();
    expect(stage.mixer.openLegs()).toEqual([leg]);
    stage.clock.advance(29_000);
    await stage.attach();
    stage.clock.advance(60_000);
    expect(stage.lost).toEqual([]);
    expect(stage.phones.isReady(agent)).toBeTrue();
  });

  it('gives the agent up when the page does not come back within the grace', async () => {
    const stage = new Stage();
    const browser = await stage.attach();
    stage.isInCall = true;
    browser.events?.onEnded();
    await settle();
    stage.clock.advance(30_000);
    await settle();
    expect(stage.lost).toEqual([agent]);
    expect(stage.facts.of('phone.gone').length).toBe(1);
    stage.expectGone();
  });

  it('takes a silent microphone in a call for a page that left, and for one that came back when it sounds again', async () => {
    const stage = new Stage();
    await stage.attach();
    stage.isInCall = true;
    stage.phones.noteFlow(agent, 'silent');
    expect(stage.phones.isReady(agent)).toBeFalse();
    stage.phones.noteFlow(agent, 'flowing');
    expect(stage.phones.isReady(agent)).toBeTrue();
    stage.clock.advance(60_000);
    expect(stage.facts.types()).toEqual(['phone.ready', 'phone.gone', 'phone.ready']);
    expect(stage.lost).toEqual([]);
  });

  it('closes a parked phone that stays silent', async () => {
    const stage = new Stage();
    const browser = await stage.attach();
    stage.phones.noteFlow(agent, 'silent');
    stage.clock.advance(3_000);
    await settle();
    expect(browser.said).toEqual(['200', 'BYE']);
    stage.expectGone();
  });

  it('closes a phone nobody is at once its call is over', async () => {
    const stage = new Stage();
    const browser = await stage.attach();
    stage.isInCall = true;
    browser.events?.onEnded();
    await settle();
    stage.isInCall = false;
    stage.phones.noteFree(agent);
    await settle();
    expect(stage.facts.of('phone.gone').length).toBe(1);
    stage.expectGone();
  });

  it('drops a phone in a call at once, and the call with it', async () => {
    const stage = new Stage();
    const browser = await stage.attach();
    stage.isInCall = true;
    await stage.phones.drop(agent);
    expect(browser.said).toEqual(['200', 'BYE']);
    expect(stage.lost).toEqual([agent]);
    stage.expectGone();
  });

  it('refuses an offer without our codec with 488, and a lost engine with 503, and keeps nothing', async () => {
    const stage = new Stage();
    stage.media.failNext('takeOffer', 'unsupported');
    expect((await stage.attach()).said).toEqual(['488']);
    stage.media.failNext('makeAnswer', 'lost');
    expect((await stage.attach()).said).toEqual(['503']);
    stage.expectGone();
  });

  it('keeps nothing of a browser that gives up while it is being answered', async () => {
    const stage = new Stage();
    const browser = new FakeIncomingLeg(desk);
    browser.isPatient = false;
    await stage.phones.attach(agent, browser);
    stage.expectGone();
  });
});
