/** Give this to a translation where something drawn goes, then part the sentence there: each language has its own order. */
export const PART_HERE = '\u0000';

/** The words before and after `PART_HERE` in a translated sentence. */
export function wordsAround(sentence: string): { before: string; after: string } {
  const [before = '', after = ''] = sentence.split(PART_HERE);
  return { before, after };
}
