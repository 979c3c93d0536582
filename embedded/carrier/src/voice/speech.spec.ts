import { decodeMuLaw } from '../media/g711.ts';
import { rmsDbfs, toneDbfs } from '../media/level.ts';
import { allPhrases, utterancesAt } from './phrases.ts';
import { ToneSpeech } from './speech.ts';

describe('what residents say', () => {
  it('is the same at every call and different between people', () => {
    expect(utterancesAt('09000000123')).toEqual(utterancesAt('09000000123'));
    const sentences = new Set(
      Array.from({ length: 12 }, (_, turn) => utterancesAt(`0900000${String(turn).padStart(3, '0')}0`).sentence.kana),
    );
    expect(sentences.size).toBe(12);
  });

  it('is all prepared beforehand', () => {
    const prepared = new Set(allPhrases().map(({ voice, kana }) => `${voice} ${kana}`));
    for (let number = 0; number < 10_000; number += 1) {
      const { greeting, sentence, machineMessage } = utterancesAt(`0900000${String(number).padStart(4, '0')}`);
      for (const { voice, kana } of [greeting, sentence, machineMessage]) expect(prepared.has(`${voice} ${kana}`)).toBeTrue();
    }
  });

  it('holds no kanji, which espeak-ng cannot read', () => {
    for (const { kana } of allPhrases()) expect(kana).not.toMatch(/\p{Script=Han}/u);
  });

  it('is a steady 1000 Hz at -12 dBFS in tone mode', () => {
    const person = new ToneSpeech().personAt();
    const samples = Array.from({ length: 50 }, () => Array.from(person.next().value ?? [], decodeMuLaw)).flat();
    expect(toneDbfs(samples, 1000, 8000)).toBeCloseTo(-12, 0);
  });

  it('of an answering machine ends with a beep of half a second', () => {
    const frames = [...new ToneSpeech().machineAt()];
    const samples = frames.flatMap((frame) => Array.from(frame, decodeMuLaw));
    expect(toneDbfs(samples.slice(-4000), 1000, 8000)).toBeCloseTo(-12, 0);
    expect(rmsDbfs(samples.slice(-8000, -4000))).toBe(-100);
  });
});
