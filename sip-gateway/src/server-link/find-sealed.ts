import type { CallId } from '#contracts/ids.contract';
import type { PackedRecording } from '#contracts/recordings.contract';
import { recordingFile } from '../call/call-recording.ts';

/** The file is named a moment after the answer was noted, which may be past midnight. */
const NAMING_DELAY_MS = 5_000;

/** The recording of a call whose gateway died after it was sealed and before it could be told. Null when there is none. */
export async function findSealedOf(
  archive: { findSealed(file: string): Promise<PackedRecording | null> },
  callId: CallId,
  answeredAtMs: number,
): Promise<PackedRecording | null> {
  const names = new Set([recordingFile(callId, answeredAtMs), recordingFile(callId, answeredAtMs + NAMING_DELAY_MS)]);
  for (const file of names) {
    const sealed = await archive.findSealed(file);
    if (sealed !== null) return sealed;
  }
  return null;
}
