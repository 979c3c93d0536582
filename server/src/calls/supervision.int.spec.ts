import type { DirectoryView } from '#contracts/directory.contract';
import type { JoinedCallReply, LiveCallsView, LiveCallView } from '#contracts/live-calls.contract';
import { CallId, CategoryCode, UserId } from '#contracts/ids.contract';
import { FIRST_AGENT, PartyId, RESIDENT, type SupervisionMode } from '#contracts/parties.contract';
import type { TelephonyView } from '#contracts/telephony.contract';
import { AGENT, endCall, readyAgent, readyPerson, refusal, talk } from '../fakes/agent-journey.ts';
import type { Desk } from '../fakes/desk.ts';
import { eventually, StackFixture } from '../fakes/stack-fixture.ts';
import { SupervisionService } from './supervision.service.ts';

jasmine.DEFAULT_TIMEOUT_INTERVAL = 60_000;

const NAOTO = UserId.parse('k2001');
const P3 = PartyId.parse('p3');
const INSURANCE = CategoryCode.parse('01');

describe('those who watch over calls', () => {
  const stack = new StackFixture();
  let desk: Desk;
  let supervisor: Desk;
  beforeAll(async () => {
    await stack.start();
    desk = await readyAgent(stack);
    supervisor = await readyPerson(stack, NAOTO);
  });
  afterAll(() => stack.stop());

  const stateOf = async (user: string): Promise<string> => (await stack.app.features.agents.view(UserId.parse(user))).state;
  const supervise = (callId: CallId, mode: SupervisionMode | null, isHidden = false) =>
    supervisor.send<LiveCallView>('live-call:supervise', { callId, mode, isHidden });
  const changed = (callId: CallId, supervision: SupervisionMode) =>
    stack.gateway.tell({ type: 'party.changed', callId, party: P3, isMuted: false, isHeld: false, volume: 1, supervision });
  /** What the gateway tells when it took the supervisor in. */
  const comeIn = async (callId: CallId, mode: SupervisionMode): Promise<void> => {
    await stack.gateway.tell({ type: 'party.joined', callId, party: P3, role: 'supervisor', userId: NAOTO });
    await changed(callId, mode);
  };

  it('see the calls of their categories as they go, and only those', async () => {
    const insurance = await stack.desk('k2002');
    const callId = await talk(stack, desk);
    const shown = await eventually(() =>
      insurance.latestLive(callId)?.phase === 'talking' ? insurance.latestLive(callId) : undefined,
    );
    expect([shown.agent?.name, shown.agent?.seat, shown.category.code as string, shown.supervision]).toEqual([
      '佐藤 美咲',
      '席07',
      '01',
      null,
    ]);
    expect(JSON.stringify(shown)).not.toMatch(/\+81|090/);
    const list = (await insurance.fetch('GET', '/api/calls/live')).body as LiveCallsView;
    expect(list.calls.map(({ id }) => id)).toContain(callId);
    expect(desk.live).toEqual([]);
    expect((await desk.fetch('GET', '/api/calls/live')).status).toBe(403);

    const { accounts } = stack.app.stores;
    const find = accounts.find.bind(accounts);
    spyOn(accounts, 'find').and.callFake(async (id) => {
      const found = await find(id);
      return found !== null && id === 'k2002' ? { ...found, categories: found.categories.slice(3) } : found;
    });
    const elsewhere = await stack.desk('k2002');
    expect(((await elsewhere.fetch('GET', '/api/calls/live')).body as LiveCallsView).calls).toEqual([]);
    expect(await refusal(elsewhere.send('live-call:supervise', { callId, mode: 'listen' }))).toBe('call.not-found');
    expect(await refusal(elsewhere.send('live-call:take-over', { callId }))).toBe('call.not-found');
    await endCall(stack, desk, callId);
    await eventually(() => insurance.latestLive(callId)?.phase === 'done');
    expect(elsewhere.live).toEqual([]);
    for (const other of [insurance, elsewhere]) other.close();
  });

  it('listen, whisper and barge in, shown to the agent, each change in the audit log with its mode', async () => {
    const callId = await talk(stack, desk);
    expect(await refusal(supervise(callId, null))).toBe('call.invalid-state');
    const reply = await supervise(callId, 'listen');
    expect(stack.gateway.commands.at(-1) as object).toEqual({
      type: 'call.supervise',
      callId,
      party: P3,
      userId: NAOTO,
      mode: 'listen',
    });
    expect(reply.ok && reply.data.supervision).toBe('listen');
    await comeIn(callId, 'listen');
    await eventually(() => supervisor.latestJoined(callId)?.standing === 'present');
    await eventually(() =>
      desk.latest(callId)?.parties.some(({ label, supervision }) => label === '高橋 直人' && supervision === 'listen'),
    );
    expect(await stateOf(NAOTO)).toBe('talking');
    // The supervisor is not the agent's to silence or to send away.
    expect(await refusal(desk.send('call:change-party', { callId, party: P3, muted: true }))).toBe('party.not-found');
    expect(await refusal(desk.send('call:remove-party', { callId, party: P3 }))).toBe('party.not-found');
    for (const mode of ['whisper', 'barge'] as const) {
      expect((await supervise(callId, mode)).ok).toBeTrue();
      await changed(callId, mode);
      await eventually(() => supervisor.latestLive(callId)?.supervision === mode);
    }
    expect((await supervise(callId, null)).ok).toBeTrue();
    await stack.gateway.tell({ type: 'party.left', callId, party: P3, reason: 'left' });
    await eventually(() => supervisor.latestJoined(callId)?.standing === 'gone');
    expect([await stateOf(NAOTO), supervisor.latestLive(callId)?.supervision]).toEqual(['ready', null]);
    await endCall(stack, desk, callId);
    const entries = (await stack.app.stores.audit.listFrom(1, 10_000)).filter(
      (entry) => entry.action === 'call.supervise' && entry.outcome === 'done',
    );
    expect(
      entries
        .filter(({ subject }) => subject?.startsWith(callId) === true)
        .map(({ actorId, subject }) => `${actorId} ${subject?.slice(callId.length + 1)}`),
    ).toEqual([`${NAOTO} listen`, `${NAOTO} whisper`, `${NAOTO} barge`, `${NAOTO} leave`]);
  });

  it('are seen by nobody but themselves when hidden, unless the centre forbids it; the audit log knows', async () => {
    const other = await stack.desk('k2002');
    const callId = await talk(stack, desk);
    expect((await supervise(callId, 'listen', true)).ok).toBeTrue();
    await comeIn(callId, 'listen');
    await eventually(() => supervisor.latestJoined(callId)?.standing === 'present');
    const own = await eventually(() =>
      supervisor.latestLive(callId)?.supervision === 'listen' ? supervisor.latestLive(callId) : undefined,
    );
    expect(own.parties.map(({ id }) => id)).toContain(P3);
    const isThere = (view: Pick<LiveCallView, 'parties'> | undefined): boolean =>
      view !== undefined && view.parties.some(({ id }) => id === P3);
    await eventually(
      () => (other.latestLive(callId)?.version ?? 0) >= own.version && (desk.latest(callId)?.version ?? 0) >= own.version,
    );
    expect([...desk.calls, ...other.live].some((view) => view.id === callId && isThere(view))).toBeFalse();
    expect(((await supervisor.fetch('GET', '/api/calls/joined')).body as JoinedCallReply).call?.callId).toBe(callId);
    await supervise(callId, 'listen', false);
    await eventually(() => isThere(desk.latest(callId)) && isThere(other.latestLive(callId)));
    await endCall(stack, desk, callId);
    const entries = await stack.app.stores.audit.listFrom(1, 10_000);
    expect(entries.some(({ subject, outcome }) => subject === `${callId} listen hidden` && outcome === 'done')).toBeTrue();
    other.close();
  });

  it('may not hide where the centre forbids it', async () => {
    const forbidding = new SupervisionService({ hidden: 'never' } as unknown as ConstructorParameters<
      typeof SupervisionService
    >[0]); // asks nothing else
    const person = { userId: NAOTO } as Parameters<SupervisionService['supervise']>[0];
    const asked = { callId: CallId.parse('any'), mode: 'listen', isHidden: true } as const;
    await expectAsync(forbidding.supervise(person, asked)).toBeRejectedWithError(
      'Supervising invisibly is switched off in this centre.',
    );
  });

  it('leave no trace in the call when the gateway refuses, and are free', async () => {
    const callId = await talk(stack, desk);
    stack.gateway.refusal = 'invalid-state';
    expect(await refusal(supervise(callId, 'listen'))).toBe('call.invalid-state');
    expect(await refusal(supervisor.send('live-call:take-over', { callId }))).toBe('call.invalid-state');
    stack.gateway.refusal = null;
    const call = await stack.app.stores.calls.find({ kind: 'system' }, callId);
    expect([call?.parties.length, call?.agentId as string, await stateOf(NAOTO)]).toEqual([2, AGENT, 'ready']);
    await endCall(stack, desk, callId);
    expect(await refusal(supervise(callId, 'listen'))).toBe('call.invalid-state');
  });

  it('are in one call at a time', async () => {
    const second = await readyPerson(stack, 'k2002');
    const colleague = await readyPerson(stack, 'k1215');
    const callId = await talk(stack, desk);
    await supervise(callId, 'listen');
    await comeIn(callId, 'listen');
    await eventually(async () => (await stateOf(NAOTO)) === 'talking');
    // The one who supervises here is asked into this call as a colleague: they are in it already.
    const target = { kind: 'user', userId: NAOTO };
    expect(await refusal(desk.send('call:invite', { callId, role: 'agent', target, entry: 'open' }))).toBe('party.unsuitable');
    await stack.app.features.agents.occupy(UserId.parse('k2002'), callId);
    const inbound = CallId.parse('in-second');
    await stack.gateway.tell({ type: 'call.arrived', callId: inbound, from: null, to: '+81220001100' as never }); // the insurance number
    await eventually(() => colleague.latest(inbound)?.phase === 'offered');
    await stack.gateway.tell({ type: 'call.answered', callId: inbound, agentId: UserId.parse('k1215'), isRecorded: true });
    await eventually(() => colleague.latest(inbound)?.phase === 'talking');
    expect(await refusal(supervise(inbound, 'listen'))).toBe('call.agent-busy');
    await endCall(stack, colleague, inbound);
    await endCall(stack, desk, callId);
    for (const other of [second, colleague]) other.close();
  });

  it('take a call over: their desk shows it, and the agent has a part to write up', async () => {
    const callId = await talk(stack, desk);
    await desk.send('call:save-draft', { callId, note: '苦情', resultCode: null, contents: [] });
    expect(await refusal(supervisor.send('live-call:take-over', { callId }))).toBeUndefined();
    expect(stack.gateway.commands.at(-1) as object).toEqual({ type: 'call.take-over', callId, party: P3, userId: NAOTO });
    await stack.gateway.tell({ type: 'party.left', callId, party: FIRST_AGENT, reason: 'removed' });
    await stack.gateway.tell({ type: 'call.owner-changed', callId, agentId: NAOTO, party: P3 });
    const taken = await eventually(() => supervisor.latest(callId));
    expect([
      taken.phase,
      taken.handedOverNote,
      taken.parties.map(({ id, role, label }) => `${id} ${role} ${label}`),
    ] as unknown[]).toEqual(['talking', '苦情', ['resident resident ', 'p3 agent 高橋 直人']]);
    await eventually(() => desk.latest(`${callId}-1`)?.phase === 'wrap-up');
    expect(await refusal(supervisor.send('call:hold', { callId, held: true }))).toBeUndefined();
    expect(await refusal(supervisor.send('live-call:take-over', { callId }))).toBe('call.invalid-state');
    await endCall(stack, supervisor, callId, '11');
    await desk.send('call:save-result', { callId: `${callId}-1`, note: '', resultCode: '21', contents: [] });
    expect([await stateOf(AGENT), await stateOf(NAOTO)]).toEqual(['ready', 'ready']);
  });

  it('see how well each party is received while it talks', async () => {
    const callId = await talk(stack, desk);
    await stack.gateway.sayPassing('not news');
    await stack.gateway.sayPassing({
      type: 'quality',
      callId,
      party: RESIDENT,
      lossPct: 7.5,
      jitterMs: 33,
      roundTripMs: null,
      mos: 3.1,
    });
    const heard = await eventually(() => supervisor.live.findLast((view) => view.id === callId && view.quality.length > 0));
    expect(heard.quality).toEqual([{ party: RESIDENT, lossPct: 7.5, jitterMs: 33, mos: 3.1 }]);
    const list = (await supervisor.fetch('GET', '/api/calls/live')).body as LiveCallsView;
    expect(list.calls.find(({ id }) => id === callId)?.quality.length).toBe(1);
    await endCall(stack, desk, callId);
    await eventually(() => supervisor.latestLive(callId)?.phase === 'done');
    expect(supervisor.latestLive(callId)?.quality).toEqual([]);
  });

  it('are never offered a caller, and interpreters neither', async () => {
    const interpreter = await readyPerson(stack, 'k4002');
    await desk.send('agent:set-state', { state: 'away' });
    await stack.gateway.phoneGone('k1215');
    await eventually(async () => (await stack.app.features.agents.findLongestReady([INSURANCE])) === null);
    await desk.send('agent:set-state', { state: 'ready' });
    expect(await stack.app.features.agents.findLongestReady([INSURANCE])).toBe(AGENT);
    const counted = (await stack.app.features.agents.listViews()).map(({ userId }) => userId as string);
    expect(counted).toEqual(['k1207', 'k1212', 'k1215']);
    interpreter.close();
  });

  it('and agents find in the directory who can be asked, and telephones without the number as it is dialled', async () => {
    const interpreter = await readyPerson(stack, 'k4001');
    const view = (await desk.fetch('GET', '/api/directory')).body as DirectoryView;
    const person = (id: string) => view.people.find(({ userId }) => userId === id);
    expect(person(AGENT)).toBeUndefined();
    expect([person('k4001')?.canJoin, person('k4001')?.languages, person('k4001')?.role]).toEqual([true, ['ne'], 'interpreter']);
    expect([person('k1212')?.canJoin, person('k1212')?.state]).toEqual([false, 'offline']);
    expect(view.entries.find(({ id }) => id === ('section-tax' as never))).toEqual(
      jasmine.objectContaining({
        kind: 'section',
        numberDisplay: '022-000-2120',
        name: { ja: '納税課', en: 'Tax Payment Section' },
      }),
    );
    expect(JSON.stringify(view)).not.toContain('+81');
    expect((await interpreter.fetch('GET', '/api/directory')).status).toBe(403);
    interpreter.close();
  });

  it('see the gateways with their trunks, and which are alive', async () => {
    const trunk = {
      id: 'carrier-a',
      transport: 'udp',
      isReachable: true,
      isRegistered: null,
      since: new Date().toISOString(),
      channels: 30,
      channelsInUse: 2,
      calls: 17,
      failures: 1,
      lastStatus: 200,
    } as const;
    await stack.gateway.beat(new Date(), [trunk]);
    const view = async (): Promise<TelephonyView> => (await supervisor.fetch('GET', '/api/telephony')).body as TelephonyView;
    expect((await view()).gateways).toEqual([jasmine.objectContaining({ id: stack.gateway.id, isAlive: true, trunks: [trunk] })]);
    await stack.gateway.beat(new Date(Date.now() - 10_000), [trunk]);
    expect((await view()).gateways[0]?.isAlive).toBeFalse();
    await stack.gateway.beat();
    expect((await desk.fetch('GET', '/api/telephony')).status).toBe(403);
  });
});
