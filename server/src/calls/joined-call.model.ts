import type { JoinedCallView } from '#contracts/live-calls.contract';
import type { UserId } from '#contracts/ids.contract';
import type { PartyEnd } from '#contracts/parties.contract';
import { findCategory, toCategoryView } from '../cases/category.model.ts';
import { guestsOf, partyOfUser, showParties, type Guest } from './call-parties.model.ts';
import type { Call } from './call.model.ts';

/** A call as a guest of it sees it: no number, no case. */
export function showToGuest(call: Call, guest: Guest): JoinedCallView {
  return draw(call, guest, { standing: guest.standing === 'present' ? 'present' : 'invited', reason: null });
}

/** The last view, for somebody who is no guest any more. */
export function showToLeaver(after: Call, guest: Guest, reason: PartyEnd | null): JoinedCallView {
  return draw(after, guest, { standing: 'gone', reason });
}

/** Guests whose screens show the call. A supervisor who is only about to join was not asked by anybody. */
export const visibleGuests = (call: Call): Guest[] =>
  call.phase === 'talking' ? guestsOf(call).filter((guest) => guest.standing === 'present' || guest.supervision === null) : [];

/** Who was a guest and is none any more, with the reason; none for a guest who became the responsible agent. */
export function leaversOf(before: Call, after: Call, why: PartyEnd | null): { guest: Guest; reason: PartyEnd | null }[] {
  const remaining = new Set(visibleGuests(after).map(({ userId }) => userId));
  return visibleGuests(before)
    .filter(({ userId }) => !remaining.has(userId))
    .map((guest) => ({ guest, reason: reasonOf(after, guest.userId, why) }));
}

function reasonOf(after: Call, userId: UserId, why: PartyEnd | null): PartyEnd | null {
  if (after.agentId === userId && after.phase === 'talking') return null;
  return after.phase === 'talking' ? (why ?? 'left') : 'call-ended';
}

function draw(call: Call, guest: Guest, { standing, reason }: Pick<JoinedCallView, 'standing' | 'reason'>): JoinedCallView {
  const category = findCategory(call.categoryCode);
  if (category === null) throw new Error('A call has a category that does not exist.');
  return {
    callId: call.id,
    version: call.version,
    party: guest.id,
    role: guest.role,
    standing,
    reason,
    agentName: partyOfUser(call, call.agentId)?.label ?? '',
    category: toCategoryView(category),
    direction: call.direction,
    startedAt: call.startedAt,
    joinedAt: guest.joinedAt,
    parties: standing === 'gone' ? [] : showParties(call, guest.userId),
    isPrivate: call.privately.includes(guest.id),
  };
}
