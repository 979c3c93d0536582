import type { CallView } from '#contracts/calls.contract';
import type { CategoryCode, UserId } from '#contracts/ids.contract';
import { findCategory, toCategoryView } from '../cases/category.model.ts';
import { displayNumber } from '../cases/phone-number.model.ts';
import { showParties } from './call-parties.model.ts';
import { isIdentified, suggestResult, wrapUpUntil, type Call } from './call.model.ts';

/** Whose screen it is. */
export interface CallViewer {
  userId: UserId;
  categories: readonly CategoryCode[];
}

/**
 * What one person's screen gets: no E.164 number, no file name, no gateway, no candidate and no note outside the person's categories.
 * There is no other way from a call to a view.
 */
export function showTo(viewer: CallViewer, call: Call): CallView {
  const { categories } = viewer;
  const candidates = call.candidates.flatMap((candidate) => {
    const shared = candidate.categories.filter((code) => categories.includes(code));
    return shared.length === 0 ? [] : [{ ...candidate, categories: shared }];
  });
  const maySeeCase = call.caseId !== null && categories.includes(call.categoryCode);
  return toCallView({ ...call, candidates, handedOverNote: maySeeCase ? call.handedOverNote : null }, viewer.userId);
}

function toCallView(call: Call, viewer: UserId): CallView {
  const category = findCategory(call.categoryCode);
  if (category === null) throw new Error('A call has a category that does not exist.');
  return {
    id: call.id,
    version: call.version,
    direction: call.direction,
    phase: call.phase,
    partOf: call.partOf,
    caseId: call.caseId,
    phoneId: call.phoneId,
    category: toCategoryView(category),
    numberDisplay: call.number === null ? '' : displayNumber(call.number),
    candidates: call.caseId === null ? call.candidates : [],
    startedAt: call.startedAt,
    answeredAt: call.answeredAt,
    endedAt: call.endedAt,
    cause: call.cause,
    endedBy: call.endedBy,
    isMuted: call.isMuted,
    parties: showParties(call, viewer),
    language: call.language,
    identity: call.identity,
    isIdentified: isIdentified(call.identity),
    suggestedResult: suggestResult(call),
    recording: call.recording.state,
    isRecordingPaused: call.isRecordingPaused,
    wrapUpUntil: wrapUpUntil(call),
    handedOverNote: call.handedOverNote,
    draft: call.draft,
  };
}
