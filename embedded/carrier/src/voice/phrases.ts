/** A voice of espeak-ng. */
export type Voice = 'ja+f3' | 'ja+m3';

/** Something that is said, in kana with spaces: espeak-ng spells kanji out as "Chinese letter". */
export interface Phrase {
  readonly kana: string;
  readonly voice: Voice;
}

const HELLO = 'はい、 もしもし。';

const MESSAGE =
  'ただいま、 でんわに でる ことが できません。 はっしんおんの あとに、 おなまえと ごようけんを おはなし ください。';

const SENTENCES = [
  'おせわに なって おります。 どのような ごようけんでしょうか。',
  'すみません、 いま だいどころに おりました。 どうぞ おはなし ください。',
  'はい、 わたくしが ほんにんです。 なにか ございましたか。',
  'つうちは とどいて おります。 らいしゅうには おしはらい できると おもいます。',
  'もうしわけ ございません。 うっかり わすれて おりました。',
  'しはらいしょを なくして しまいました。 もういちど おくって いただけますか。',
  'ひっこしを しましたので、 じゅうしょが かわりました。',
  'いちどに はらうのは むずかしいので、 ぶんかつの そうだんを したいのですが。',
  'せんげつの ぶんは、 コンビニで おしはらい しました。 ごかくにん ください。',
  'こうざふりかえに したいのですが、 どうすれば よいでしょうか。',
  'ことしは しゅうにゅうが へりました。 げんめんの せいどは ありますか。',
  'いま うんてんちゅうなので、 ゆうがたに もういちど おねがい します。',
] as const;

export interface Utterances {
  readonly greeting: Phrase;
  readonly sentence: Phrase;
  readonly machineMessage: Phrase;
}

/** What the person at this number says, and in which voice. */
export function utterancesAt(national: string): Utterances {
  // The last digit decides the behaviour; the three before it spread sentences and voices over people.
  const turn = Number(national.slice(-4, -1));
  const voice = turn % 2 === 0 ? 'ja+f3' : 'ja+m3';
  return {
    greeting: { kana: HELLO, voice },
    sentence: { kana: SENTENCES[turn % SENTENCES.length] ?? HELLO, voice },
    machineMessage: { kana: MESSAGE, voice },
  };
}

/** Everything anybody may say. */
export function allPhrases(): Phrase[] {
  const people = SENTENCES.map((_, index) => utterancesAt(`0${String(index).padStart(3, '0')}0`));
  const distinct = new Map<string, Phrase>();
  for (const { greeting, sentence, machineMessage } of people) {
    for (const phrase of [greeting, machineMessage, sentence]) distinct.set(`${phrase.voice} ${phrase.kana}`, phrase);
  }
  return [...distinct.values()];
}
