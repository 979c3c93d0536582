import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { Language } from '#contracts/directory.contract';
import { LARGEST_NUMBER } from '../../server/src/queue/queue-announcements.model.ts';

const Sentence = z.string().trim().min(1);

/** One language of config/announcements: what is said under which name, and by which voice of espeak-ng. */
const Texts = z.strictObject({
  voice: z.string().regex(/^[a-z0-9-]+$/),
  wordsPerMinute: z.int().min(80).max(300),
  sounds: z.record(z.string(), Sentence),
  /** `{}` in the sentence stands for the figure; `more` is said above the last. */
  numbered: z.record(
    z.string(),
    z.strictObject({ sentence: Sentence.includes('{}'), figures: z.array(Sentence).length(LARGEST_NUMBER), more: Sentence }),
  ),
});

export interface Announcement {
  /** Below the sounds folder, without .wav. */
  readonly name: string;
  readonly text: string;
  readonly voice: string;
  readonly wordsPerMinute: number;
}

/** Everything the queue says, in every language. @throws with the file and the place when a text is missing or malformed */
export function readAnnouncementTexts(folder: string): Announcement[] {
  return Language.options.flatMap((language) => {
    const file = path.join(folder, `${language}.json`);
    const parsed = Texts.safeParse(JSON.parse(readFileSync(file, 'utf8')));
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      throw new Error(`${file}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
    }
    const { voice, wordsPerMinute, sounds, numbered } = parsed.data;
    const plain = Object.entries(sounds);
    const counted = Object.entries(numbered).flatMap(([name, { sentence, figures, more }]) => [
      ...figures.map((figure, index): [string, string] => [`${name}-${index + 1}`, sentence.replace('{}', figure)]),
      [`${name}-more`, more] satisfies [string, string],
    ]);
    return [...plain, ...counted].map(([name, text]) => ({ name: `${language}/${name}`, text, voice, wordsPerMinute }));
  });
}
