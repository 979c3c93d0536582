import { Language } from '#contracts/directory.contract';
import type { Call } from '../calls/call.model.ts';

/** Names of sounds under the sounds folder; config/announcements/*.json holds what they say. */
type Sounds = string[];

/** Above this a figure is no longer said. */
export const LARGEST_NUMBER = 20;

const LANGUAGES = Language.options;

/** Where a caller stands in the queue, and how long that is expected to take. */
export interface Place {
  /** 1 is next. */
  position: number;
  /** Null when nobody works in the category: nothing can be promised. */
  waitMinutes: number | null;
}

const numbered = (sound: string, figure: number): string => `${sound}-${figure > LARGEST_NUMBER ? 'more' : figure}`;

/** Said once, when the caller is picked up: who we are, and the choice of language, each in its own. */
export function greeting({ isClosing }: { isClosing: boolean }): Sounds {
  return ['ja/queue-greeting', ...(isClosing ? ['ja/queue-closing'] : []), ...inEvery('language-choice')];
}

/** Said again and again: the place and the expected wait. */
export function standing(language: Language, { position, waitMinutes }: Place): Sounds {
  return [
    `${language}/${numbered('queue-position', position)}`,
    ...(waitMinutes === null ? [] : [`${language}/${numbered('queue-wait', waitMinutes)}`]),
    `${language}/queue-hold`,
  ];
}

/** The answer to a key: the language is understood. */
export const languageChosen = (language: Language, place: Place): Sounds => [
  `${language}/language-chosen`,
  ...standing(language, place),
];

/** The last words before the call is ended. A call-back is promised only to a number we know. */
export function farewell(reason: 'closed' | 'no-agent', { language, number, queueing }: Call): Sounds {
  const languages = queueing.hasChosenLanguage ? [language] : LANGUAGES;
  return languages.flatMap((one) => [`${one}/${reason}`, ...(number === null ? [] : [`${one}/call-back`])]);
}

const inEvery = (sound: string): Sounds => LANGUAGES.map((language) => `${language}/${sound}`);

/** Every sound the queue may play: what the announcement texts must cover. */
export function listQueueSounds(): Sounds {
  const figures = [...Array.from({ length: LARGEST_NUMBER }, (_, index) => String(index + 1)), 'more'];
  const plain = [
    'queue-greeting',
    'queue-closing',
    'language-choice',
    'language-chosen',
    'queue-hold',
    'closed',
    'no-agent',
    'call-back',
  ];
  const names = [...plain, ...['queue-position', 'queue-wait'].flatMap((sound) => figures.map((figure) => `${sound}-${figure}`))];
  return LANGUAGES.flatMap((language) => names.map((name) => `${language}/${name}`));
}
