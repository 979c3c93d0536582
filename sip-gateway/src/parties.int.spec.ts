import { CallId, PhoneNumber, UserId } from '#contracts/ids.contract';
import { PartyId, RESIDENT } from '#contracts/parties.contract';
import { FakeBrowser } from './testing/fake-browser.ts';
import { GatewayStage, waitFor } from './testing/gateway-stage.ts';
import { Telephones } from './testing/telephones.ts';
import type { Telephone } from './testing/telephones.ts';

const residentNumber = PhoneNumber.parse('+81220001234');
const interpreterNumber = PhoneNumber.parse('+81220005678');
const sectionNumber = PhoneNumber.parse('+81220009012');
const desk = PhoneNumber.parse('+81220001100');
const interpreterParty = PartyId.parse('p3');
const sectionParty = PartyId.parse('p4');
/** Above every note of the hold music. */
const HZ = { resident: 2_050, interpreter: 2_450, section: 2_850 } as const;

/** Telephones with a tone each: who hears whom is measured at each ear, through the trunk, rtpengine and the mixer. */
describe('several telephones in one call', () => {
  const telephones = new Telephones();
  const stage = new GatewayStage();
  let resident: Telephone;
  let interpreter: Telephone;
  let section: Telephone;
  let browser: FakeBrowser;
  let counter = 0;
  let agentId: UserId;
  let callId: CallId;

  beforeAll(async () => {
    await telephones.open();
    await stage.open(telephones.port);
    resident = await telephones.add('0220001234', HZ.resident);
    interpreter = await telephones.add('0220005678', HZ.interpreter);
    section = await telephones.add('0220009012', HZ.section);
  }, 30_000);

  afterAll(async () => {
    await stage.close();
    await telephones.close();
  }, 30_000);

  beforeEach(async () => {
    counter += 1;
    agentId = UserId.parse(`agent-${counter}`);
    callId = CallId.parse(`parties-${counter}-${process.pid}`);
    for (const phone of [resident, interpreter, section]) phone.answersWith = 200;
    browser = await FakeBrowser.open(stage.sip.addresses.ws?.port ?? 0, await stage.issueCredential(agentId));
    await browser.register();
    await browser.invite();
    await stage.fact('phone.ready', (fact) => fact.userId === agentId);
  });

  afterEach(async () => {
    await stage.command({ type: 'call.hang-up', callId });
    browser.close();
    await waitFor(async () => (await stage.state()).calls.length === 0, 'every call to end');
    await waitFor(() => [resident, interpreter, section].every((phone) => !phone.isUp), 'every telephone to be hung up');
  });

  const say = async (command: Parameters<GatewayStage['command']>[0]): Promise<string> => {
    const reply = await stage.command(command);
    return reply.ok ? 'ok' : reply.refusal;
  };

  async function dial(): Promise<void> {
    expect(await say({ type: 'call.dial', callId, agentId, to: residentNumber, callerId: desk, ringSeconds: 10 })).toBe('ok');
    await stage.fact('call.answered', (fact) => fact.callId === callId);
  }

  async function bringIn(party: PartyId, number: PhoneNumber, entry: 'open' | 'private' | 'blind' = 'open'): Promise<void> {
    const role = party === interpreterParty ? 'interpreter' : 'third-party';
    const target = { kind: 'number', number, callerId: desk } as const;
    expect(await say({ type: 'party.invite', callId, party, role, target, ringSeconds: 10, entry })).toBe('ok');
    await stage.fact('party.joined', (fact) => fact.callId === callId && fact.party === party);
  }

  const hears = (phone: Telephone): string => phone.hears(HZ.resident, HZ.interpreter, HZ.section);

  /** Waits until these ears hear exactly this; then it must still be so. */
  async function expectHearing(expected: readonly (readonly [Telephone, string])[], what: string): Promise<void> {
    for (const [phone] of expected) phone.forget();
    await waitFor(() => expected.every(([phone, heard]) => hears(phone) === heard), what).catch(() => undefined);
    for (const [phone] of expected) phone.forget();
    await new Promise((resolve) => setTimeout(resolve, 300));
    for (const [phone, heard] of expected) expect(hears(phone)).withContext(`${what}: at ${phone.hertz} Hz`).toBe(heard);
  }

  it('lets an interpreter by telephone talk with the resident, privately with the agent, and again with both', async () => {
    await dial();
    await bringIn(interpreterParty, interpreterNumber);
    await expectHearing(
      [
        [resident, `${HZ.interpreter}`],
        [interpreter, `${HZ.resident}`],
      ],
      'three-way',
    );
    expect(await say({ type: 'party.private', callId, parties: [PartyId.parse('agent'), interpreterParty] })).toBe('ok');
    await expectHearing(
      [
        [resident, 'music'],
        [interpreter, ''],
      ],
      'private',
    );
    expect(await say({ type: 'party.private', callId, parties: [] })).toBe('ok');
    await expectHearing([[resident, `${HZ.interpreter}`]], 'together again');
  }, 20_000);

  it('plays music to whoever is on hold and lets nobody hear them', async () => {
    await dial();
    await bringIn(interpreterParty, interpreterNumber);
    expect(await say({ type: 'party.hold', callId, party: RESIDENT, held: true })).toBe('ok');
    await expectHearing(
      [
        [resident, 'music'],
        [interpreter, ''],
      ],
      'hold',
    );
    expect(await say({ type: 'party.hold', callId, party: RESIDENT, held: false })).toBe('ok');
    await expectHearing([[interpreter, `${HZ.resident}`]], 'resumed');
  }, 20_000);

  it('mutes one party for all', async () => {
    await dial();
    await bringIn(interpreterParty, interpreterNumber);
    expect(await say({ type: 'party.mute', callId, party: interpreterParty, muted: true })).toBe('ok');
    await expectHearing(
      [
        [resident, ''],
        [interpreter, `${HZ.resident}`],
      ],
      'muted',
    );
  }, 20_000);

  it('holds a conference of four, and keeps the others connected when one hangs up', async () => {
    await dial();
    await bringIn(interpreterParty, interpreterNumber);
    await bringIn(sectionParty, sectionNumber);
    await expectHearing(
      [
        [resident, `${HZ.interpreter} ${HZ.section}`],
        [interpreter, `${HZ.resident} ${HZ.section}`],
        [section, `${HZ.resident} ${HZ.interpreter}`],
      ],
      'conference',
    );
    interpreter.hangUp();
    await stage.fact('party.left', (fact) => fact.callId === callId && fact.party === interpreterParty);
    await expectHearing(
      [
        [resident, `${HZ.section}`],
        [section, `${HZ.resident}`],
      ],
      'without the interpreter',
    );
  }, 20_000);

  it('transfers to a section after a word: agent free, resident and section talk, and either ends it', async () => {
    await dial();
    await bringIn(sectionParty, sectionNumber, 'private');
    await expectHearing([[resident, 'music']], 'the word before');
    expect(await say({ type: 'call.transfer', callId, party: sectionParty })).toBe('ok');
    await expectHearing(
      [
        [resident, `${HZ.section}`],
        [section, `${HZ.resident}`],
      ],
      'transferred',
    );
    expect((await stage.state()).phones.find(({ userId }) => userId === agentId)?.inCall).toBeFalse();
    section.hangUp();
    expect((await stage.fact('call.ended', (fact) => fact.callId === callId)).cause).toBe('completed');
    await waitFor(() => !resident.isUp, 'the BYE to the resident');
  }, 20_000);

  it('gives the resident music and the queue when a blind transfer finds the section busy', async () => {
    section.answersWith = 486;
    await dial();
    const target = { kind: 'number', number: sectionNumber, callerId: desk } as const;
    const invite = { type: 'party.invite', callId, party: sectionParty, role: 'third-party', target, ringSeconds: 10 } as const;
    expect(await say({ ...invite, entry: 'blind' })).toBe('ok');
    expect((await stage.fact('party.left', (fact) => fact.callId === callId && fact.party === sectionParty)).reason).toBe('busy');
    await stage.fact('call.queued', (fact) => fact.callId === callId);
    await expectHearing([[resident, 'music']], 'queued');
  }, 20_000);

  it('picks a caller up without an agent: music, and nobody hears them', async () => {
    const sipPort = stage.sip.addresses.udp?.port ?? 0;
    const ringing = telephones.call(resident, sipPort, '0220001100', '0220001234');
    const arrived = await stage.fact('call.arrived', (fact) => fact.from === residentNumber);
    callId = arrived.callId;
    expect(await say({ type: 'call.pick-up', callId })).toBe('ok');
    await ringing;
    await expectHearing([[resident, 'music']], 'in the queue');
    expect(await say({ type: 'call.answer', callId, agentId })).toBe('invalid-state');
    expect(await say({ type: 'call.offer', callId, agentId })).toBe('ok');
    expect(await say({ type: 'call.answer', callId, agentId })).toBe('ok');
    await expectHearing([[resident, '']], 'with the agent');
    expect(await say({ type: 'call.requeue', callId })).toBe('ok');
    await expectHearing([[resident, 'music']], 'in the queue again');
  }, 20_000);

  it('goes on talking when the carrier offers anew in the call', async () => {
    await dial();
    await bringIn(interpreterParty, interpreterNumber);
    const { before, after } = await resident.reoffer();
    expect(after).toBe(before);
    await expectHearing(
      [
        [resident, `${HZ.interpreter}`],
        [interpreter, `${HZ.resident}`],
      ],
      'after the re-INVITE',
    );
  }, 20_000);

  it('releases every leg and every port of a conference', async () => {
    await dial();
    await bringIn(interpreterParty, interpreterNumber);
    await bringIn(sectionParty, sectionNumber);
    await say({ type: 'call.hang-up', callId });
    await waitFor(async () => (await stage.state()).calls.length === 0, 'the call to end');
    const state = await stage.state();
    expect(state.mixer.legs.filter(({ leg }) => leg.startsWith('call:'))).toEqual([]);
    expect(state.rtpengineCalls).toBe(state.phones.length);
    const ready = await stage.fact('recording.ready', (fact) => fact.callId === callId);
    expect(ready.channels).toEqual(['agent', 'resident', 'interpreter', 'third-party']);
  }, 20_000);
});
