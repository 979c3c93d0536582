import { UserId } from '#contracts/ids.contract';
import { PartyId } from '#contracts/parties.contract';
import { applyFact } from './call-fact.model.ts';
import { newCallParty, presentParty, withInvited, withoutParty } from './call-parties.model.ts';
import type { Call } from './call.model.ts';
import { AGENT, aCall, CALL } from './call.factory.ts';
import { leaversOf, showToGuest, visibleGuests } from './joined-call.model.ts';
import { toLiveView } from './live-call.model.ts';

const at = '2026-11-24T02:01:00.000Z';
const BIMALA = UserId.parse('k4001');
const NAOTO = UserId.parse('k2001');
const [P3, P4] = [PartyId.parse('p3'), PartyId.parse('p4')];
const talking = applyFact(
  aCall(),
  { type: 'call.answered', callId: CALL, agentId: AGENT, isRecorded: true },
  { at, name: '佐藤 美咲' },
);
const interpreter = presentParty(newCallParty(P3, 'interpreter', BIMALA, 'タマン ビマラ'), at);
const supervisor = { ...newCallParty(P4, 'supervisor', NAOTO, '高橋 直人'), supervision: 'listen', isHidden: true } as const;
const threeWay: Call = withInvited(talking, interpreter);

describe('a call as a guest sees it', () => {
  it('names the agent and the category, and holds neither number nor case', () => {
    const [guest] = visibleGuests(threeWay);
    const view = showToGuest(threeWay, guest!);
    expect([view.agentName, view.category.code as string, view.standing, view.party as string]).toEqual([
      '佐藤 美咲',
      '01',
      'present',
      'p3',
    ]);
    expect(JSON.stringify(view)).not.toMatch(/\+81|090|case-/);
  });

  it('is not shown to a supervisor who is only about to join, and to one who is there', () => {
    const shown = (call: Call): UserId[] => visibleGuests(call).map(({ userId }) => userId);
    expect(shown(withInvited(threeWay, supervisor))).toEqual([BIMALA]);
    expect(shown(withInvited(threeWay, presentParty(supervisor, at)))).toEqual([BIMALA, NAOTO]);
  });

  it('is gone for who left, for who became responsible, and for all when it is over', () => {
    const reasons = (after: Call, why: 'declined' | null): unknown[] =>
      leaversOf(threeWay, after, why).map(({ guest, reason }) => [guest.userId, reason]);
    expect(reasons(withoutParty(threeWay, P3), 'declined')).toEqual([[BIMALA, 'declined']]);
    expect(reasons({ ...threeWay, agentId: BIMALA }, null)).toEqual([[BIMALA, null]]);
    expect(reasons({ ...threeWay, phase: 'wrap-up', parties: [] }, null)).toEqual([[BIMALA, 'call-ended']]);
    expect(reasons(threeWay, null)).toEqual([]);
  });
});

describe('a call as those who watch see it', () => {
  const quality = [P3, P4].map((party) => ({ party, lossPct: 1, jitterMs: 5, mos: 4 }));
  const call = withInvited(threeWay, supervisor);

  it('shows nothing of an invisible supervisor to others, and their part in it to themselves', () => {
    const [all, own] = [null, NAOTO].map((viewer) => toLiveView(call, { viewer, agent: null, quality }));
    expect([all?.parties.length, all?.supervision, all?.quality.map(({ party }) => party as string)]).toEqual([3, null, ['p3']]);
    expect([own?.parties.length, own?.supervision, own?.quality.length]).toEqual([4, 'listen', 2]);
  });
});
