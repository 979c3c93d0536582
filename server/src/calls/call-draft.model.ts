import type { CallView } from '#contracts/calls.contract';

/** Nothing is written up yet. */
export const EMPTY_DRAFT: CallView['draft'] = { note: '', resultCode: null, contents: [], savedAt: null };
