import type { LiveCallView, PartyQuality } from '#contracts/live-calls.contract';
import type { UserId } from '#contracts/ids.contract';
import { findCategory, toCategoryView } from '../cases/category.model.ts';
import { partyOfUser, showParties } from './call-parties.model.ts';
import type { Call } from './call.model.ts';

interface Surroundings {
  /** Null for a view that many may see: nobody who supervises invisibly is in it. */
  viewer: UserId | null;
  agent: LiveCallView['agent'];
  /** As it is received now. */
  quality: readonly PartyQuality[];
}

/** A call on the screen of those who watch. */
export function toLiveView(call: Call, { viewer, agent, quality }: Surroundings): LiveCallView {
  const category = findCategory(call.categoryCode);
  if (category === null) throw new Error('A call has a category that does not exist.');
  const parties = showParties(call, viewer);
  const shown = new Set(parties.map(({ id }) => id));
  return {
    id: call.id,
    version: call.version,
    direction: call.direction,
    phase: call.phase,
    agent,
    category: toCategoryView(category),
    startedAt: call.startedAt,
    answeredAt: call.answeredAt,
    parties,
    recording: call.recording.state,
    isRecordingPaused: call.isRecordingPaused,
    quality: quality.filter(({ party }) => shown.has(party)),
    supervision: partyOfUser(call, viewer)?.supervision ?? null,
  };
}
