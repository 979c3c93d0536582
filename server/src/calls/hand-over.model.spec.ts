import type { Fact } from '#contracts/gateway.contract';
import { CaseId, UserId } from '#contracts/ids.contract';
import { PartyId, RESIDENT } from '#contracts/parties.contract';
import { applyFact, type CallFact } from './call-fact.model.ts';
import { partyOfUser } from './call-parties.model.ts';
import type { Call } from './call.model.ts';
import { AGENT, aCall, anInboundCall, CALL } from './call.factory.ts';
import { partOfLeaver } from './hand-over.model.ts';

const callId = CALL;
const AOI = UserId.parse('k1215');
const P3 = PartyId.parse('p3');
const answeredAt = '2026-11-24T02:00:00.000Z';
const at = '2026-11-24T02:01:00.000Z';
const later = '2026-11-24T02:03:00.000Z';

const told = (call: Call, when: string, ...facts: CallFact[]): Call =>
  facts.reduce((now, fact) => applyFact(now, fact, { at: when, name: '三浦 葵' }), call);
const talking = (): Call => ({
  ...told(aCall(), answeredAt, { type: 'call.answered', callId, agentId: AGENT, isRecorded: true }),
  draft: { note: '分納を希望', resultCode: null, contents: [], savedAt: answeredAt },
});
const ownedBy = (agentId: UserId | null, party: PartyId | null) =>
  ({ type: 'call.owner-changed', callId, agentId, party }) satisfies Fact;
const leftByAgent = { type: 'party.left', callId, party: PartyId.parse('agent'), reason: 'left' } as const;
const invited = { type: 'party.invited', callId, party: P3, role: 'agent', userId: AOI } as const;
const joined = { type: 'party.joined', callId, party: P3, role: 'agent', userId: AOI } as const;
const ended = { type: 'call.ended', callId, cause: 'completed', endedBy: 'resident', sipStatus: null, talkMs: 180_000 } as const;

describe('a call that is handed over', () => {
  const handedOver = (): Call => told(talking(), at, invited, joined, leftByAgent, ownedBy(AOI, P3));

  it('leaves the one who goes a part to write up: with the note, the time talked and a recording to come', () => {
    const part = partOfLeaver(talking(), ownedBy(AOI, P3), at);
    expect(part).toEqual(
      jasmine.objectContaining({
        id: `${CALL}-1`,
        partOf: CALL,
        phase: 'wrap-up',
        agentId: AGENT,
        cause: 'transferred',
        talkMs: 60_000,
      }),
    );
    expect([part?.draft.note, part?.recording.state, part?.parties]).toEqual(['分納を希望', 'saving', []]);
  });

  it('makes the same part again after an interruption, and none once the call has gone on', () => {
    expect(partOfLeaver(talking(), ownedBy(AOI, P3), at)?.id).toBe(partOfLeaver(talking(), ownedBy(null, null), at)?.id);
    expect(partOfLeaver(handedOver(), ownedBy(AOI, P3), at)).toBeNull();
    expect(partOfLeaver(aCall(), ownedBy(AOI, P3), at)).toBeNull();
  });

  it('goes on with the other agent, an empty draft and the note to read', () => {
    const call = handedOver();
    expect([call.agentId, call.phase, call.answeredAt, call.draft.note, call.handedOverNote]).toEqual([
      AOI,
      'talking',
      at,
      '',
      '分納を希望',
    ]);
    expect(call.parties.map(({ id, role, label }) => [id, role, label])).toEqual([
      ['resident', 'resident', ''],
      ['p3', 'agent', '三浦 葵'],
    ]);
    expect(told(call, later, ownedBy(AOI, P3))).toBe(call);
  });

  it('counts the parts, so that a second one gets a name of its own', () => {
    expect(partOfLeaver(handedOver(), ownedBy(null, null), later)?.id as string).toBe(`${CALL}-2`);
  });

  it('gives the last agent the time of their own part', () => {
    const over = told(handedOver(), later, ended);
    expect([over.phase, over.agentId, over.talkMs]).toEqual(['wrap-up', AOI, 120_000]);
  });

  it('ends hold and private talk, and takes the supervisor out of hiding who took it over', () => {
    const supervisor = {
      ...talking().parties[0]!,
      id: P3,
      role: 'supervisor',
      userId: AOI,
      supervision: 'listen',
      isHidden: true,
      isMuted: true,
    } as const;
    const before: Call = {
      ...talking(),
      privately: [PartyId.parse('agent'), P3],
      parties: [...talking().parties.map((party) => ({ ...party, isHeld: true })), supervisor],
    };
    const call = told(before, at, leftByAgent, ownedBy(AOI, P3));
    expect([call.privately, call.parties.some(({ isHeld }) => isHeld)]).toEqual([[], false]);
    expect(partyOfUser(call, AOI)).toEqual(jasmine.objectContaining({ role: 'agent', supervision: null, isHidden: false }));
  });

  it('names an agent the server had not heard of before', () => {
    const call = told(talking(), at, leftByAgent, ownedBy(AOI, P3));
    expect(partyOfUser(call, AOI)).toEqual(
      jasmine.objectContaining({ id: P3, role: 'agent', standing: 'present', label: '三浦 葵' }),
    );
  });
});

describe('a call that is nobody’s', () => {
  const blind = (): Call => told(talking(), at, invited, leftByAgent, ownedBy(null, null));

  it('stays so while a blind transfer rings, and keeps the note for who comes', () => {
    expect([blind().phase, blind().agentId]).toEqual(['talking', null]);
    const call = told(blind(), later, joined, ownedBy(AOI, P3));
    expect([call.agentId, call.handedOverNote, call.handOvers]).toEqual([AOI, '分納を希望', 1]);
  });

  it('goes back to the queue when the transfer found nobody', () => {
    const back = told(blind(), later, { type: 'party.left', callId, party: P3, reason: 'no-answer' }, ownedBy(null, null), {
      type: 'call.queued',
      callId,
    });
    expect([back.phase, back.agentId, back.parties.map(({ id }) => id)]).toEqual(['queued', null, [RESIDENT]]);
  });

  it('is done with when it ends at somebody’s telephone or in the queue', () => {
    expect(told(blind(), later, ended).phase).toBe('done');
    expect(told(blind(), later, { type: 'call.queued', callId }, ended).phase).toBe('done');
    expect(told({ ...blind(), phase: 'offered', agentId: AOI }, later, ended).phase).toBe('done');
  });

  it('keeps who called, and is answered by the agent it is offered to', () => {
    const caseId = CaseId.parse('case-0001');
    const inbound = {
      ...told(anInboundCall(), answeredAt, { type: 'call.answered', callId, agentId: AGENT, isRecorded: true }),
      caseId,
    };
    const queued = told(inbound, at, leftByAgent, ownedBy(null, null), { type: 'call.queued', callId });
    const answered = told({ ...queued, phase: 'offered', agentId: AOI }, later, ownedBy(AOI, PartyId.parse('agent')));
    expect([answered.phase, answered.agentId, answered.caseId, answered.answeredAt]).toEqual(['talking', AOI, caseId, later]);
    expect(answered.parties.map(({ id }) => id as string)).toEqual(['resident', 'agent']);
  });

  it('does not lose an offer to news of the queue', () => {
    const offered = anInboundCall({ phase: 'offered', agentId: AGENT });
    expect(told(offered, at, { type: 'call.queued', callId }).phase).toBe('offered');
  });
});
