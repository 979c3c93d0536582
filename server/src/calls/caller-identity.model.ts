import type { IdentifyCaller, IdentityCheck, IdentityItem } from '#contracts/calls.contract';
import type { AssessedDebt, Resident } from '../cases/case.model.ts';

interface Known {
  person: Pick<Resident, 'kana' | 'birthDate' | 'address'>;
  debts: readonly Pick<AssessedDebt, 'noticeNumber'>[];
}

/** Compares what a caller said with what is on record; items that were not said get no verdict. */
export function compareCaller(said: IdentifyCaller['said'], known: Known): IdentityCheck {
  const verdicts: [IdentityItem, boolean | null][] = [
    ['name', judge(said.kana, (text) => normaliseKana(text) === normaliseKana(known.person.kana))],
    ['birth-date', judge(said.birthDate, (text) => parseBirthDate(text) === known.person.birthDate)],
    ['address', judge(said.address, (text) => isSameAddress(text, known.person.address))],
    ['notice-number', judge(said.noticeNumber, (text) => isNoticeNumber(text, known.debts))],
  ];
  return Object.fromEntries(
    verdicts.flatMap(([item, isMatch]) => (isMatch === null ? [] : [[item, isMatch ? 'match' : 'mismatch']])),
  );
}

function judge(text: string | undefined, isMatch: (text: string) => boolean): boolean | null {
  return text === undefined || text.trim() === '' ? null : isMatch(text);
}

const SMALL_KANA: Readonly<Record<string, string>> = {
  ァ: 'ア',
  ィ: 'イ',
  ゥ: 'ウ',
  ェ: 'エ',
  ォ: 'オ',
  ッ: 'ツ',
  ャ: 'ヤ',
  ュ: 'ユ',
  ョ: 'ヨ',
  ヮ: 'ワ',
};

/** One form for hiragana, katakana, half-width and small kana; spaces and middle dots do not count. */
export function normaliseKana(text: string): string {
  return text
    .normalize('NFKC')
    .replaceAll(/[ぁ-ゖ]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0x60))
    .replaceAll(/[ァィゥェォッャュョヮ]/g, (letter) => SMALL_KANA[letter] ?? letter)
    .replaceAll(/[\s・]/g, '')
    .toUpperCase();
}

/** First year of each era less one. */
const ERAS: Readonly<Record<string, number>> = {
  M: 1867,
  T: 1911,
  S: 1925,
  H: 1988,
  R: 2018,
  明治: 1867,
  大正: 1911,
  昭和: 1925,
  平成: 1988,
  令和: 2018,
};
const ERA_DATE = /^(M|T|S|H|R|明治|大正|昭和|平成|令和)(\d{1,2}|元)[.\-/年](\d{1,2})[.\-/月](\d{1,2})日?$/;
const YEAR_DATE = /^(\d{4})[.\-/年](\d{1,2})[.\-/月](\d{1,2})日?$/;
const PACKED_DATE = /^(\d{4})(\d{2})(\d{2})$/;

/** R8.12.25, S55.4.1, 昭和55年4月1日, 1980-04-01, 1980/4/1 or 19800401 as YYYY-MM-DD; null for anything else. */
export function parseBirthDate(text: string): string | null {
  const plain = text.normalize('NFKC').replaceAll(/\s/g, '').toUpperCase();
  const era = ERA_DATE.exec(plain);
  const base = era === null ? undefined : ERAS[era[1] ?? ''];
  if (era !== null && base !== undefined) return toDate(base + (era[2] === '元' ? 1 : Number(era[2])), era[3], era[4]);
  const parts = YEAR_DATE.exec(plain) ?? PACKED_DATE.exec(plain);
  return parts === null ? null : toDate(Number(parts[1]), parts[2], parts[3]);
}

function toDate(year: number, month: string | undefined, day: string | undefined): string | null {
  const date = new Date(Date.UTC(year, Number(month) - 1, Number(day)));
  const isReal = date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
  return isReal ? date.toISOString().slice(0, 10) : null;
}

/** 三丁目７番１号 and 3-7-1 are the same; 宮城県 and 仙台市 may be left out. */
function normaliseAddress(text: string): string {
  return text
    .normalize('NFKC')
    .replaceAll(/[\s]/g, '')
    .replace(/^宮城県/, '')
    .replace(/^仙台市/, '')
    .replaceAll(/[一二三四五六七八九](?=丁目)/g, (numeral) => String('一二三四五六七八九'.indexOf(numeral) + 1))
    .replaceAll(/丁目|番地の?|番|[‐‑–—−ーｰ]/g, '-')
    .replaceAll(/号(?=\D|$)/g, '')
    .replaceAll(/-+/g, '-')
    .replace(/-$/, '');
}

/** The beginning of the address on record, at least as far as its first house number; the building may be left out. */
function isSameAddress(said: string, known: string): boolean {
  const heard = normaliseAddress(said);
  const full = normaliseAddress(known);
  if (!/\d+-\d+/.test(heard) || !full.startsWith(heard)) return false;
  const next = full.charAt(heard.length);
  return next === '' || !/\d/.test(next);
}

function isNoticeNumber(said: string, debts: Known['debts']): boolean {
  const digits = said.normalize('NFKC').replaceAll(/\D/g, '');
  return digits.length >= 6 && debts.some((debt) => debt.noticeNumber === digits);
}
