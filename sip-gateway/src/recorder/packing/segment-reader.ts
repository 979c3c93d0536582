import path from 'node:path';
import type { KeyRing } from '#vault/key-ring';
import { readSealedLog } from '#vault/sealed-log';
import { FrameStreamReader } from '../frame-stream.ts';
import type { RawMessage } from '../frame-stream.ts';
import { segmentPurpose } from '../recording-names.ts';

/** Gives the messages of all segments of a recording in order, and at last whether one of them was damaged. @throws VaultError for a foreign key */
export async function* readSegments(
  recordingsDir: string,
  file: string,
  segments: readonly string[],
  ring: KeyRing,
): AsyncGenerator<RawMessage, boolean> {
  let isDamaged = false;
  for (const segment of segments) {
    const log = readSealedLog(path.join(recordingsDir, segment), ring, segmentPurpose(file));
    const reader = new FrameStreamReader();
    for (;;) {
      const next = await log.next();
      if (next.done) {
        isDamaged ||= next.value === 'damaged';
        break;
      }
      yield* reader.read(next.value);
    }
  }
  return isDamaged;
}
