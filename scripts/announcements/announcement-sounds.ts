import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { readWave } from '../../sip-gateway/src/mixer/sound/wave-file.ts';
import { readAnnouncementTexts, type Announcement } from './announcement-texts.ts';
import { hasEspeak, speak, SYNTHESIS } from './espeak-voice.ts';

/** espeak-ng runs beside us: more at once would only wait for the processor. */
const AT_ONCE = 2;

/** Which content each file of the sounds folder has. */
const Stamps = z.record(z.string(), z.string());
type Stamps = z.infer<typeof Stamps>;

export interface SoundFolders {
  /** config/announcements: what is said. */
  readonly texts: string;
  /** config/sounds: the operator's own recordings. */
  readonly own: string;
  /** Where the mixer finds them all. */
  readonly sounds: string;
}

/** The folders of a checkout. What is generated stays, like the built client, whatever DATA_DIR is. */
export const announcementSounds = (root: string): SoundFolders => ({
  texts: path.join(root, 'config', 'announcements'),
  own: path.join(root, 'config', 'sounds'),
  sounds: path.join(root, 'dist', 'sounds'),
});

interface Voice {
  hasVoice: () => Promise<boolean>;
  speak: (announcement: Announcement) => Promise<Buffer>;
}

/**
 * Makes what is missing or out of date in the sounds folder: the operator's own recordings, else a generated voice.
 * Answers sentences that the operator should read; a sound that cannot be made is left out, callers then hear music alone.
 */
export async function makeAnnouncementSounds(
  { texts, own, sounds }: SoundFolders,
  voice: Voice = { hasVoice: hasEspeak, speak },
): Promise<string[]> {
  const stampFile = path.join(sounds, 'stamps.json');
  const stamps = readStamps(stampFile);
  const notes: string[] = [];
  const missing: Announcement[] = [];
  for (const announcement of readAnnouncementTexts(texts)) {
    const recorded = readOwn(path.join(own, `${announcement.name}.wav`), notes);
    const stamp = recorded === null ? stampOf(SYNTHESIS, JSON.stringify(announcement)) : stampOf('own', recorded);
    const file = path.join(sounds, `${announcement.name}.wav`);
    if (stamps[announcement.name] === stamp && existsSync(file)) continue;
    if (recorded === null) missing.push(announcement);
    else writeWhole(file, recorded);
    rememberOrForget(stamps, announcement.name, recorded === null ? null : stamp);
  }
  if (missing.length > 0) notes.push(...(await speakAll(missing, { sounds, stamps, voice })));
  writeWhole(stampFile, JSON.stringify(stamps));
  return notes;
}

async function speakAll(
  missing: readonly Announcement[],
  { sounds, stamps, voice }: { sounds: string; stamps: Stamps; voice: Voice },
): Promise<string[]> {
  // What an older text said must not be played under a new one's name.
  for (const { name } of missing) rmSync(path.join(sounds, `${name}.wav`), { force: true });
  if (!(await voice.hasVoice()))
    return [
      `espeak-ng is missing: ${missing.length} announcements cannot be made, waiting callers hear music alone (docs/queues.md).`,
    ];
  const failed: string[] = [];
  const queue = [...missing];
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      try {
        writeWhole(path.join(sounds, `${next.name}.wav`), await voice.speak(next));
        rememberOrForget(stamps, next.name, stampOf(SYNTHESIS, JSON.stringify(next)));
      } catch {
        failed.push(next.name);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return failed.length === 0 ? [] : [`espeak-ng could not say ${failed.length} announcements, among them ${failed[0] ?? ''}.`];
}

/** The operator's recording, or null when there is none that can be played. */
function readOwn(file: string, notes: string[]): Buffer | null {
  if (!existsSync(file)) return null;
  const bytes = readFileSync(file);
  if (readWave(bytes) !== null) return bytes;
  notes.push(`${file} is no WAV file of 8 kHz, mono, 16 bit; the generated voice is used instead.`);
  return null;
}

function readStamps(file: string): Stamps {
  try {
    return Stamps.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return {}; // The first start, or a file cut short: everything is made anew.
  }
}

function rememberOrForget(stamps: Stamps, name: string, stamp: string | null): void {
  if (stamp === null) Reflect.deleteProperty(stamps, name);
  else stamps[name] = stamp;
}

const stampOf = (...parts: (string | Buffer)[]): string => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('base64url');
};

/** A start that is interrupted leaves a file whole or not there. */
function writeWhole(file: string, content: string | Buffer): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, content);
  renameSync(draft, file);
}
