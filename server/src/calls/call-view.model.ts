import type { CallView } from '#contracts/calls.contract';
import type { CategoryCode } from '#contracts/ids.contract';
import { findCategory, toCategoryView } from '../cases/category.model.ts';
import { displayNumber } from '../cases/phone-number.model.ts';
import { showParties } from './call-parties.model.ts';
import { isIdentified, suggestResult, wrapUpUntil, type Call } from './call.model.ts';

/**
 * What one person's screen gets: no E.164 number, no file name, no gateway, no candidate outside the person's categories.
 * There is no other way from a call to a view.
 */
export function showTo({ categories }: { categories: readonly CategoryCode[] }, call: Call): CallView {
  const candidates = call.candidates.flatMap((candidate) => {
    const shared = candidate.categories.filter((code) => categories.includes(code));
    return shared.length === 0 ? [] : [{ ...candidate, categories: shared }];
  });
  return toCallView({ ...call, candidates });
}

function toCallView(call: Call): CallView {
  const category = findCategory(call.categoryCode);
  if (category === null) throw new Error('A call has a category that does not exist.');
  return {
    id: call.id,
    version: call.version,
    direction: call.direction,
    phase: call.phase,
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
    parties: showParties(call, { seesHidden: false }),
    language: call.language,
    identity: call.identity,
    isIdentified: isIdentified(call.identity),
    suggestedResult: suggestResult(call),
    recording: call.recording.state,
    isRecordingPaused: call.isRecordingPaused,
    wrapUpUntil: wrapUpUntil(call),
    draft: call.draft,
  };
}
