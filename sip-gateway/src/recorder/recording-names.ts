import { readdir } from 'node:fs/promises';
import path from 'node:path';

/** A packed and sealed recording is `<day>/<id>.recording`; until then it is `<day>/<id>.<n>.segment`, one more for each restart of a recorder. */
export const RECORDING_SUFFIX = '.recording';
/** The chain of hashes over all sealed recordings of this folder. */
export const CHAIN_FILE = 'chain.jsonl';
const SEGMENT_NAME = /^(.*)\.(\d{1,4})\.segment$/;

/** The id a recording's file is named after. */
export function recordingIdOf(file: string): string {
  return path.posix.basename(file, RECORDING_SUFFIX);
}

export function segmentName(file: string, segment: number): string {
  return `${file.slice(0, -RECORDING_SUFFIX.length)}.${segment}.segment`;
}

/** What a segment is sealed for: it opens for no other recording. */
export function segmentPurpose(file: string): string {
  return `segment:${recordingIdOf(file)}`;
}

/** What a recording is sealed for. The server opens it by the same words. */
export function recordingPurpose(file: string): string {
  return `recording:${recordingIdOf(file)}`;
}

/** Segments on disk by the recording they belong to, in their order; names under the recordings folder. */
export async function findSegments(recordingsDir: string): Promise<Map<string, string[]>> {
  const names = (await readdir(recordingsDir, { recursive: true })).map((name) => name.split(path.sep).join('/'));
  const found = new Map<string, { name: string; segment: number }[]>();
  for (const name of names) {
    const match = SEGMENT_NAME.exec(name);
    if (!match?.[1]) continue;
    const file = match[1] + RECORDING_SUFFIX;
    found.set(file, [...(found.get(file) ?? []), { name, segment: Number(match[2]) }]);
  }
  return new Map(
    [...found].map(([file, segments]) => [file, segments.sort((a, b) => a.segment - b.segment).map(({ name }) => name)]),
  );
}
