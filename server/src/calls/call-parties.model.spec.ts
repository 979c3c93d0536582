import type { Fact } from '#contracts/gateway.contract';
import { UserId } from '#contracts/ids.contract';
import { FIRST_AGENT, PartyId, RESIDENT } from '#contracts/parties.contract';
import { applyFact, type CallFact } from './call-fact.model.ts';
import { guestsOf, newCallParty, nextPartyId, showParties, withInvited } from './call-parties.model.ts';
import type { Call } from './call.model.ts';
import { AGENT, aCall, CALL } from './call.factory.ts';

const callId = CALL;
const BIMALA = UserId.parse('k4001');
const NAOTO = UserId.parse('k2001');
const P3 = PartyId.parse('p3');
const at = '2026-11-24T02:01:00.000Z';

const told = (call: Call, ...facts: CallFact[]): Call =>
  facts.reduce((now, fact) => applyFact(now, fact, { at, name: '佐藤 美咲' }), call);
const talking = (): Call => told(aCall(), { type: 'call.answered', callId, agentId: AGENT, isRecorded: true });
const invitedByAgent = (): Call => withInvited(talking(), newCallParty(P3, 'interpreter', BIMALA, 'タマン ビマラ'));
const ofInterpreter = { callId, party: P3, role: 'interpreter', userId: BIMALA } as const;
const changed = (party: PartyId, change: object): Extract<Fact, { type: 'party.changed' }> => ({
  type: 'party.changed',
  callId,
  party,
  isMuted: false,
  isHeld: false,
  volume: 1,
  supervision: null,
  ...change,
});

describe('the parties of a call, in the rules', () => {
  it('are the agent with their name and the resident without one', () => {
    expect(showParties(talking(), AGENT).map(({ id, label, standing }) => [id, label, standing])).toEqual([
      [FIRST_AGENT, '佐藤 美咲', 'present'],
      [RESIDENT, '', 'present'],
    ]);
  });

  it('are invited, ring, join and leave as the gateway tells, under the name of the invitation', () => {
    const call = told(
      invitedByAgent(),
      { type: 'party.invited', ...ofInterpreter },
      { type: 'party.ringing', callId, party: P3 },
    );
    expect(guestsOf(call).map(({ label, standing }) => [label, standing])).toEqual([['タマン ビマラ', 'ringing']]);
    const here = told(call, { type: 'party.joined', ...ofInterpreter });
    expect(guestsOf(here).map(({ standing, joinedAt }) => [standing, joinedAt])).toEqual([['present', at]]);
    expect(told(here, { type: 'party.joined', ...ofInterpreter })).toBe(here);
    const gone = told(here, { type: 'party.left', callId, party: P3, reason: 'left' });
    expect(guestsOf(gone)).toEqual([]);
    expect(told(gone, { type: 'party.left', callId, party: P3, reason: 'left' })).toBe(gone);
  });

  it('never use an id twice', () => {
    const gone = told(invitedByAgent(), { type: 'party.left', callId, party: P3, reason: 'declined' });
    expect([nextPartyId(talking()), nextPartyId(gone)] as string[]).toEqual(['p3', 'p4']);
  });

  it('are muted, held, turned down and private as the gateway tells', () => {
    const here = told(invitedByAgent(), { type: 'party.joined', ...ofInterpreter });
    const call = told(here, changed(RESIDENT, { isHeld: true }), changed(P3, { isMuted: true, volume: 0.5 }), {
      type: 'call.private',
      callId,
      parties: [FIRST_AGENT, P3],
    });
    expect(
      showParties(call, AGENT).map(({ isHeld, isMuted, volume, isPrivate }) => [isHeld, isMuted, volume, isPrivate]),
    ).toEqual([
      [false, false, 1, true],
      [true, false, 1, false],
      [false, true, 0.5, true],
    ]);
    expect(told(call, { type: 'party.left', callId, party: P3, reason: 'lost' }).privately).toEqual([]);
  });

  it('show the agent’s microphone as the gateway has it', () => {
    expect(told(talking(), changed(FIRST_AGENT, { isMuted: true })).isMuted).toBeTrue();
    expect(told(talking(), changed(RESIDENT, { isMuted: true })).isMuted).toBeFalse();
  });

  it('do not show who supervises invisibly, but to themselves', () => {
    const hidden = { ...newCallParty(P3, 'supervisor', NAOTO, '高橋 直人'), isHidden: true, supervision: 'listen' } as const;
    const call = withInvited(talking(), hidden);
    const shownTo = (viewer: UserId | null): string[] => showParties(call, viewer).map(({ id }) => id);
    expect([shownTo(AGENT), shownTo(null), shownTo(NAOTO)]).toEqual([
      ['agent', 'resident'],
      ['agent', 'resident'],
      ['agent', 'resident', 'p3'],
    ]);
  });

  it('are nobody’s any more when the call is over', () => {
    const over = told(invitedByAgent(), {
      type: 'call.ended',
      callId,
      cause: 'completed',
      endedBy: 'agent',
      sipStatus: null,
      talkMs: 1,
    });
    expect([over.parties, told(over, { type: 'party.joined', ...ofInterpreter })]).toEqual([[], over]);
  });

  it('keep the last word about how well each was received', () => {
    const heard = (lossPct: number) =>
      ({ type: 'party.quality', callId, party: RESIDENT, lossPct, jitterMs: 8, roundTripMs: 40, mos: 4.2 }) as const;
    const call = told(talking(), heard(1), heard(3));
    expect(call.quality).toEqual([{ party: RESIDENT, lossPct: 3, jitterMs: 8, mos: 4.2 }]);
    expect(told(call, heard(3))).toBe(call);
  });
});
