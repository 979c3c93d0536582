import { randomUUID } from 'node:crypto';
import type { CaseView, TodayView } from '#contracts/cases.contract';
import type { CurrentCallView } from '#contracts/calls.contract';
import type { GatewayCommand } from '#contracts/gateway.contract';
import type { JoinedCallReply, JoinedCallView } from '#contracts/live-calls.contract';
import { CallId, UserId } from '#contracts/ids.contract';
import { FIRST_AGENT, PartyId, RESIDENT } from '#contracts/parties.contract';
import { AGENT, bringIn, endCall, readyAgent, readyPerson, refusal, talk } from '../fakes/agent-journey.ts';
import type { Desk } from '../fakes/desk.ts';
import { sealSample } from '../fakes/sealed-sample.ts';
import { eventually, StackFixture } from '../fakes/stack-fixture.ts';
import type { Call } from './call.model.ts';

jasmine.DEFAULT_TIMEOUT_INTERVAL = 60_000;

const [P3, P4] = [PartyId.parse('p3'), PartyId.parse('p4')];
const AOI = UserId.parse('k1215');
const BIMALA = 'k4001';

describe('the parties of a call', () => {
  const stack = new StackFixture();
  let desk: Desk;
  beforeAll(async () => {
    await stack.start();
    desk = await readyAgent(stack);
  });
  afterAll(() => stack.stop());

  const stored = (id: CallId): Promise<Call | null> => stack.app.stores.calls.find({ kind: 'system' }, id);
  const stateOf = async (user: string): Promise<string> => (await stack.app.features.agents.view(UserId.parse(user))).state;
  const sent = (type: GatewayCommand['type']): GatewayCommand | undefined =>
    stack.gateway.commands.findLast((command) => command.type === type);
  const invitation = (callId: CallId, change: object = {}): object => ({
    callId,
    role: 'interpreter',
    target: { kind: 'user', userId: BIMALA },
    entry: 'open',
    ...change,
  });
  /** Everything an agent can ask for, with what the gateway is to be told. */
  const commandsOf = (callId: CallId): [event: string, input: object, told: object][] => [
    ['call:hold', { callId, held: true }, { type: 'party.hold', callId, party: RESIDENT, held: true }],
    ['call:change-party', { callId, party: P3, muted: true }, { type: 'party.mute', callId, party: P3, muted: true }],
    ['call:change-party', { callId, party: P3, volume: 2 }, { type: 'party.volume', callId, party: P3, volume: 2 }],
    ['call:change-party', { callId, party: P3, held: true }, { type: 'party.hold', callId, party: P3, held: true }],
    ['call:talk-privately', { callId, with: [P3] }, { type: 'party.private', callId, parties: [FIRST_AGENT, P3] }],
    ['call:talk-privately', { callId, with: [] }, { type: 'party.private', callId, parties: [] }],
    ['call:remove-party', { callId, party: P3 }, { type: 'party.remove', callId, party: P3, declined: false }],
    ['call:transfer', { callId, party: P4 }, { type: 'call.transfer', callId, party: P4 }],
    ['call:requeue', { callId }, { type: 'call.requeue', callId }],
    ['call:pause-recording', { callId }, { type: 'recording.pause', callId, reason: 'by-hand' }],
    ['call:resume-recording', { callId }, { type: 'recording.resume', callId }],
  ];
  /** A call with an interpreter by telephone and a colleague. */
  async function talkOfFour(): Promise<CallId> {
    const callId = await talk(stack, desk);
    await bringIn(stack, callId, P3, 'interpreter', null);
    await bringIn(stack, callId, P4, 'agent', AOI);
    await eventually(() => desk.latest(callId)?.parties.length === 4);
    return callId;
  }

  it('are changed by the gateway at the word of their agent, each change in the audit log', async () => {
    const callId = await talkOfFour();
    for (const [event, input, told] of commandsOf(callId)) {
      expect(await refusal(desk.send(event, input)))
        .withContext(event)
        .toBeUndefined();
      expect(stack.gateway.commands.at(-1) as object).toEqual(told);
    }
    const entries = (await stack.app.stores.audit.listFrom(1, 10_000)).filter(
      (entry) => entry.subject?.startsWith(callId) === true,
    );
    const actions = entries.map((entry) => `${entry.action} ${entry.outcome}`);
    expect(actions).toContain('call.hold done');
    expect(actions.filter((action) => action === 'call.change-party done').length).toBe(3);
    await endCall(stack, desk, callId);
  });

  it('are nobody else’s business, and not to be changed when the call is over or the gateway says no', async () => {
    const callId = await talkOfFour();
    const colleague = await readyPerson(stack, 'k1212');
    const manager = await stack.desk('k3001');
    stack.gateway.commands.length = 0;
    for (const [event, input] of [...commandsOf(callId), ['call:invite', invitation(callId)] as const]) {
      expect(await refusal(colleague.send(event, input)))
        .withContext(event)
        .toBe('call.not-found');
      expect(await refusal(manager.send(event, input))).toBe('access.denied');
    }
    expect(stack.gateway.commands).toEqual([]);
    stack.gateway.refusal = 'invalid-state';
    for (const [event, input] of commandsOf(callId))
      expect(await refusal(desk.send(event, input)))
        .withContext(event)
        .toBe('call.invalid-state');
    stack.gateway.refusal = null;
    await endCall(stack, desk, callId);
    stack.gateway.commands.length = 0;
    for (const [event, input] of [...commandsOf(callId), ['call:invite', invitation(callId)] as const])
      expect(await refusal(desk.send(event, input)))
        .withContext(event)
        .toBe('call.invalid-state');
    expect(stack.gateway.commands).toEqual([]);
    for (const other of [colleague, manager]) other.close();
  });

  it('refuse what makes no sense: strangers, the resident, an interpreter left alone with the resident', async () => {
    const callId = await talkOfFour();
    const of = (party: string) => ({ callId, party });
    expect(await refusal(desk.send('call:change-party', { ...of('p9'), muted: true }))).toBe('party.not-found');
    expect(await refusal(desk.send('call:remove-party', of('resident')))).toBe('call.invalid-state');
    expect(await refusal(desk.send('call:remove-party', of('agent')))).toBe('call.invalid-state');
    expect(await refusal(desk.send('call:transfer', of('p3')))).toBe('party.unsuitable');
    expect(await refusal(desk.send('call:transfer', of('resident')))).toBe('party.unsuitable');
    expect(await refusal(desk.send('call:talk-privately', { callId, with: ['agent'] }))).toBe('party.unsuitable');
    await endCall(stack, desk, callId);
  });

  it('show hold, private talk and a recording that pauses as the gateway tells of them', async () => {
    const callId = await talkOfFour();
    await stack.gateway.tell({
      type: 'party.changed',
      callId,
      party: RESIDENT,
      isMuted: false,
      isHeld: true,
      volume: 1,
      supervision: null,
    });
    await stack.gateway.tell({ type: 'call.private', callId, parties: [FIRST_AGENT, P3] });
    await stack.gateway.tell({ type: 'recording.paused', callId, reason: 'by-hand' });
    const view = await eventually(() => (desk.latest(callId)?.isRecordingPaused === true ? desk.latest(callId) : undefined));
    expect(view.parties.map(({ id, isHeld, isPrivate }) => [id as string, isHeld, isPrivate])).toEqual([
      ['agent', false, true],
      ['resident', true, false],
      ['p3', false, true],
      ['p4', false, false],
    ]);
    await endCall(stack, desk, callId);
  });

  describe('who are invited', () => {
    it('ring, join, mute, ask to repeat, leave and are free again, a reload in between', async () => {
      const callId = await talk(stack, desk);
      const interpreter = await readyPerson(stack, BIMALA);
      const reply = await desk.send('call:invite', invitation(callId));
      expect(reply.ok && reply.data.parties.map(({ label, standing }) => [label, standing])).toEqual([
        ['佐藤 美咲', 'present'],
        ['', 'present'],
        ['タマン ビマラ', 'invited'],
      ]);
      expect(sent('party.invite') as object).toEqual(
        jasmine.objectContaining({ party: P3, role: 'interpreter', entry: 'open', target: { kind: 'phone', userId: BIMALA } }),
      );
      const rung = await eventually(() => interpreter.latestJoined(callId));
      expect([rung.standing, rung.agentName, rung.role]).toEqual(['invited', '佐藤 美咲', 'interpreter']);
      expect(await stateOf(BIMALA)).toBe('ringing');
      expect(await refusal(interpreter.send('joined-call:mute', { callId, muted: true }))).toBe('call.invalid-state');

      expect(await refusal(interpreter.send('joined-call:join', { callId }))).toBeUndefined();
      expect(sent('party.join') as object).toEqual({ type: 'party.join', callId, party: P3 });
      await stack.gateway.tell({ type: 'party.joined', callId, party: P3, role: 'interpreter', userId: UserId.parse(BIMALA) });
      await eventually(() => interpreter.latestJoined(callId)?.standing === 'present');
      expect(await stateOf(BIMALA)).toBe('talking');
      const reloaded = (await interpreter.fetch('GET', '/api/calls/joined')).body as JoinedCallReply;
      expect([reloaded.call?.callId, reloaded.call?.standing] as unknown[]).toEqual([callId, 'present']);

      expect(await refusal(interpreter.send('joined-call:join', { callId }))).toBe('call.invalid-state');
      expect(await refusal(interpreter.send('joined-call:mute', { callId, muted: true }))).toBeUndefined();
      expect(sent('party.mute') as object).toEqual({ type: 'party.mute', callId, party: P3, muted: true });
      expect(await refusal(interpreter.send('joined-call:ask-to-repeat', { callId }))).toBeUndefined();
      expect(sent('party.repeat-please') as object).toEqual({ type: 'party.repeat-please', callId, party: P3 });
      await stack.gateway.tell({ type: 'party.asked-to-repeat', callId, party: P3 });
      await eventually(() => desk.asked.some((sign) => sign.callId === callId && sign.party === P3));
      expect(interpreter.asked).toEqual([]);

      stack.gateway.refusal = 'invalid-state';
      expect(await refusal(interpreter.send('joined-call:leave', { callId }))).toBe('call.invalid-state');
      stack.gateway.refusal = null;
      const left = await interpreter.send<JoinedCallView>('joined-call:leave', { callId });
      expect(left.ok && [left.data.standing, left.data.reason]).toEqual(['gone', 'left']);
      await stack.gateway.tell({ type: 'party.left', callId, party: P3, reason: 'removed' });
      await eventually(() => interpreter.latestJoined(callId)?.reason === 'left');
      expect(await stateOf(BIMALA)).toBe('ready');
      expect(await refusal(interpreter.send('joined-call:leave', { callId }))).toBe('call.not-found');
      await endCall(stack, desk, callId);
      interpreter.close();
    });

    it('decline, are asked again, and are told when the call is over', async () => {
      const callId = await talk(stack, desk);
      const interpreter = await readyPerson(stack, BIMALA);
      await desk.send('call:invite', invitation(callId));
      const declined = await interpreter.send<JoinedCallView>('joined-call:decline', { callId });
      expect(declined.ok && declined.data.reason).toBe('declined');
      expect(sent('party.remove') as object).toEqual({ type: 'party.remove', callId, party: P3, declined: true });
      await eventually(() => desk.latest(callId)?.parties.length === 2);
      await desk.send('call:invite', invitation(callId));
      expect((sent('party.invite') as { party: string }).party).toBe('p4');
      await eventually(() => interpreter.latestJoined(callId)?.standing === 'invited');
      await endCall(stack, desk, callId);
      await eventually(() => interpreter.latestJoined(callId)?.reason === 'call-ended');
      expect(await stateOf(BIMALA)).toBe('ready');
      interpreter.close();
    });

    it('are people who are free and telephones of the directory, in a part that suits them', async () => {
      const callId = await talk(stack, desk);
      const interpreter = await readyPerson(stack, BIMALA);
      const colleague = await readyPerson(stack, 'k1212');
      const invited = (change: object): Promise<string | undefined> =>
        refusal(desk.send('call:invite', invitation(callId, change)));
      const user = (userId: string) => ({ kind: 'user', userId });
      const telephone = (entryId: string) => ({ kind: 'directory', entryId });
      stack.gateway.commands.length = 0;
      expect(await invited({ target: user('k0000') })).toBe('directory.not-found');
      expect(await invited({ target: user('k3001') })).toBe('directory.not-found');
      expect(await invited({ target: telephone('nobody') })).toBe('directory.not-found');
      expect(await invited({ target: { kind: 'number', number: '+819000000010' } })).toBe('request.invalid');
      expect(await invited({ role: 'agent' })).toBe('party.unsuitable');
      expect(await invited({ entry: 'blind' })).toBe('party.unsuitable');
      expect(await invited({ role: 'agent', target: user(AGENT) })).toBe('party.unsuitable');
      // Their categories do not hold this call's.
      expect(await invited({ role: 'agent', target: user('k1212') })).toBe('party.unsuitable');
      expect(await invited({ role: 'interpreter', target: telephone('section-tax') })).toBe('party.unsuitable');
      expect(await invited({ role: 'third-party', target: telephone('interpreter-ne') })).toBe('party.unsuitable');
      expect(await invited({ target: user('k4002') })).toBe('party.not-free');
      await interpreter.send('agent:set-state', { state: 'away' });
      expect(await invited({})).toBe('party.not-free');
      await interpreter.send('agent:set-state', { state: 'ready' });
      expect(stack.gateway.commands).toEqual([]);
      const reply = await desk.send(
        'call:invite',
        invitation(callId, { role: 'third-party', target: telephone('section-insurance') }),
      );
      expect(reply.ok && reply.data.parties.at(-1)?.label).toBe('保険年金課');
      expect((sent('party.invite') as { target: object }).target).toEqual({
        kind: 'number',
        number: '+81220002100',
        callerId: '+81220001100',
      });
      expect(JSON.stringify(reply)).not.toContain('0002100');
      await endCall(stack, desk, callId);
      for (const other of [interpreter, colleague]) other.close();
    });

    it('are taken back and free when the gateway refuses or does not answer', async () => {
      const callId = await talk(stack, desk);
      const interpreter = await readyPerson(stack, BIMALA);
      for (const [answer, code] of [
        ['agent-busy', 'party.not-free'],
        ['invalid-state', 'call.invalid-state'],
        ['silent', 'gateway.unavailable'],
      ] as const) {
        stack.gateway.refusal = answer;
        expect(await refusal(desk.send('call:invite', invitation(callId)))).toBe(code);
        stack.gateway.refusal = null;
        expect((await stored(callId))?.parties.length).toBe(2);
        expect(await stateOf(BIMALA)).toBe('ready');
      }
      expect(interpreter.latestJoined(callId)?.standing).toBe('gone');
      await endCall(stack, desk, callId);
      interpreter.close();
    });

    it('are no more than there is room for', async () => {
      const callId = await talk(stack, desk);
      for (const number of [3, 4, 5, 6]) await bringIn(stack, callId, PartyId.parse(`p${number}`), 'third-party', null);
      await eventually(() => desk.latest(callId)?.parties.length === 6);
      const target = { kind: 'directory', entryId: 'section-insurance' };
      expect(await refusal(desk.send('call:invite', invitation(callId, { role: 'third-party', target })))).toBe('party.too-many');
      await endCall(stack, desk, callId);
    });
  });

  describe('to whom the call is handed over', () => {
    /** Somebody on the agent's own list who may be called. */
    const aDialable = async (by: Desk): Promise<object> => {
      const { rows } = (await by.fetch('GET', '/api/cases/today')).body as TodayView;
      const caseId = rows.find(({ state }) => state === 'open')?.id;
      const { phones, debts } = (await by.fetch('GET', `/api/cases/${caseId ?? ''}`)).body as CaseView;
      const phoneId = phones.find(({ kind }) => kind !== 'workplace')?.id;
      return { caseId, phoneId, categoryCode: debts[0]?.categoryCode };
    };
    const draft = (callId: CallId) => ({ callId, note: '分納を希望', resultCode: null, contents: [] });
    const handOver = async (callId: CallId, to: string | null, party: PartyId | null): Promise<void> => {
      await stack.gateway.tell({ type: 'party.left', callId, party: FIRST_AGENT, reason: 'left' });
      await stack.gateway.tell({ type: 'call.owner-changed', callId, agentId: to === null ? null : UserId.parse(to), party });
    };
    const writeUp = async (by: Desk, id: string, resultCode: string): Promise<void> => {
      await eventually(() => by.latest(id)?.phase === 'wrap-up');
      expect(await refusal(by.send('call:save-result', { callId: id, note: 'x', resultCode, contents: [] }))).toBeUndefined();
    };

    it('answer for it from then on; each agent writes up a part, and the resident was called once', async () => {
      const colleague = await readyPerson(stack, AOI);
      const callId = await talk(stack, desk);
      await desk.send('call:save-draft', draft(callId));
      await desk.send(
        'call:invite',
        invitation(callId, { role: 'agent', target: { kind: 'user', userId: AOI }, entry: 'private' }),
      );
      expect(await refusal(desk.send('call:transfer', { callId, party: P3 }))).toBe('call.invalid-state');
      await bringIn(stack, callId, P3, 'agent', AOI);
      await eventually(() => colleague.latestJoined(callId)?.standing === 'present');
      expect(await refusal(colleague.send('call:dial', { requestId: randomUUID(), ...(await aDialable(colleague)) }))).toBe(
        'call.agent-busy',
      );
      await desk.send('call:transfer', { callId, party: P3 });
      await handOver(callId, AOI, P3);

      const part = await eventually(() => desk.latest(`${callId}-1`));
      expect([part.phase, part.partOf, part.cause, part.draft.note] as unknown[]).toEqual([
        'wrap-up',
        callId,
        'transferred',
        '分納を希望',
      ]);
      await eventually(() => desk.latest(callId)?.phase === 'done');
      expect(await stateOf(AGENT)).toBe('wrap-up');
      const theirs = await eventually(() => colleague.latest(callId));
      expect([theirs.phase, theirs.draft.note, theirs.handedOverNote, theirs.caseId] as unknown[]).toEqual([
        'talking',
        '',
        '分納を希望',
        'case-0001',
      ]);
      await eventually(() => colleague.latestJoined(callId)?.standing === 'gone');
      expect((await colleague.fetch('GET', '/api/cases/case-0001')).status).toBe(200);
      expect(await refusal(desk.send('call:hold', { callId, held: true }))).toBe('call.not-found');
      expect(await refusal(colleague.send('call:hold', { callId, held: true }))).toBeUndefined();

      const tried = async (): Promise<number> =>
        (await stack.app.stores.cases.find({ kind: 'system' }, theirs.caseId!))?.phones[0]?.tried ?? 0;
      const before = await tried();
      await writeUp(desk, `${callId}-1`, '21');
      await endCall(stack, colleague, callId, '11');
      await stack.gateway.tell(await sealSample(stack, { callId, seconds: 60 }));
      const play = async (by: Desk, id: string): Promise<number> => (await by.fetch('GET', `/api/calls/${id}/recording`)).status;
      await eventually(async () => (await play(desk, `${callId}-1`)) === 200);
      expect([await play(desk, callId), await play(colleague, callId), await play(colleague, `${callId}-1`)]).toEqual([
        404, 200, 404,
      ]);
      expect(await tried()).toBe(before + 1);
      expect([await stateOf(AGENT), await stateOf(AOI)]).toEqual(['ready', 'ready']);
      const entries = (await stack.app.stores.timeline.listOf({ kind: 'system' }, theirs.caseId!, 10)).filter(({ callId: id }) =>
        id?.startsWith(callId),
      );
      expect(entries.map(({ by, resultCode }) => `${by} ${resultCode}`).sort()).toEqual(['三浦 葵 11', '佐藤 美咲 21']);
      colleague.close();
    });

    it('are the next in the queue when a blind transfer finds nobody', async () => {
      const colleague = await readyPerson(stack, AOI);
      const callId = await talk(stack, desk);
      await desk.send('call:save-draft', draft(callId));
      await desk.send(
        'call:invite',
        invitation(callId, { role: 'agent', target: { kind: 'user', userId: AOI }, entry: 'blind' }),
      );
      await handOver(callId, null, null);
      await eventually(() => desk.latest(`${callId}-1`)?.phase === 'wrap-up');
      await colleague.send('joined-call:decline', { callId });
      await stack.gateway.tell({ type: 'party.left', callId, party: P3, reason: 'declined' });
      await stack.gateway.tell({ type: 'call.owner-changed', callId, agentId: null, party: null });
      await stack.gateway.tell({ type: 'call.queued', callId });
      const offered = await eventually(() =>
        colleague.latest(callId)?.phase === 'offered' ? colleague.latest(callId) : undefined,
      );
      expect([offered.caseId, offered.handedOverNote] as unknown[]).toEqual(['case-0001', '分納を希望']);
      await colleague.send('call:answer', { callId });
      await stack.gateway.tell({ type: 'call.owner-changed', callId, agentId: AOI, party: FIRST_AGENT });
      await eventually(() => colleague.latest(callId)?.phase === 'talking');
      await endCall(stack, colleague, callId);
      await writeUp(desk, `${callId}-1`, '21');
      colleague.close();
    });

    it('are nobody after a transfer to a telephone: the end leaves nothing more to write up', async () => {
      const callId = await talk(stack, desk);
      await bringIn(stack, callId, P3, 'third-party', null);
      await handOver(callId, null, null);
      await writeUp(desk, `${callId}-1`, '11');
      await stack.gateway.tell({
        type: 'call.ended',
        callId,
        cause: 'completed',
        endedBy: 'resident',
        sipStatus: null,
        talkMs: 9_000,
      });
      await eventually(async () => (await stored(callId))?.phase === 'done');
      expect(await stateOf(AGENT)).toBe('ready');
    });

    it('get it once, and the note is kept, when the server dies between the two writes', async () => {
      const colleague = await readyPerson(stack, AOI);
      const callId = await talk(stack, desk);
      await desk.send('call:save-draft', draft(callId));
      await bringIn(stack, callId, P3, 'agent', AOI);
      await eventually(() => colleague.latestJoined(callId)?.standing === 'present');
      const { calls } = stack.app.stores;
      const change = calls.change.bind(calls);
      spyOn(calls, 'change').and.callFake((scope, id, step) =>
        id === callId ? Promise.reject(new Error('crashed')) : change(scope, id, step),
      );
      await stack.gateway.tell({ type: 'call.owner-changed', callId, agentId: AOI, party: P3 });
      const part = CallId.parse(`${callId}-1`);
      await eventually(() => stored(part));
      expect((await stored(callId))?.agentId).toBe(AGENT);
      await stack.stopApp();
      await stack.startApp();
      const after = await eventually(async () => {
        const call = await stored(callId);
        return call?.agentId === AOI ? call : null;
      });
      expect([after.draft.note, after.handedOverNote, after.handOvers]).toEqual(['', '分納を希望', 1]);
      expect(
        (await stack.app.stores.calls.listParts(callId)).map(({ id, agentId, draft: kept }) => [id, agentId, kept.note]),
      ).toEqual([[part, AGENT, '分納を希望']]);
      await eventually(async () => (await stateOf(AGENT)) === 'wrap-up' && (await stateOf(AOI)) === 'talking');
      const current = (await desk.fetch('GET', '/api/calls/current')).body as CurrentCallView;
      expect(current.call?.id).toBe(part);
      await eventually(() => desk.socket.connected && colleague.socket.connected);
      expect(
        await refusal(desk.send('call:save-result', { callId: part, note: '', resultCode: '21', contents: [] })),
      ).toBeUndefined();
      await endCall(stack, colleague, callId);
      colleague.close();
    });
  });
});
