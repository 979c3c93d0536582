import callsEn from '../../../public/i18n/calls/en.json';
import callsJa from '../../../public/i18n/calls/ja.json';
import casesEn from '../../../public/i18n/cases/en.json';
import casesJa from '../../../public/i18n/cases/ja.json';
import phoneEn from '../../../public/i18n/phone/en.json';
import phoneJa from '../../../public/i18n/phone/ja.json';
import { CONTENT_CODES, RESULT_CODES } from './result-codes';

type Texts = Map<string, string>;

// Every leaf of a translation file is a text.
function texts(branch: object, path = ''): Texts {
  const found: Texts = new Map();
  for (const [key, value] of Object.entries(branch) as [string, string | object][]) {
    if (typeof value === 'string') found.set(path + key, value);
    else for (const [inner, text] of texts(value, `${path}${key}.`)) found.set(inner, text);
  }
  return found;
}

const placeholders = (text: string): string[] => (text.match(/\{\{\s*\w+\s*\}\}/g) ?? []).toSorted();

describe("the desk's words", () => {
  const scopes = { calls: [callsJa, callsEn], cases: [casesJa, casesEn], phone: [phoneJa, phoneEn] } as const;

  for (const [scope, [japanese, english]] of Object.entries(scopes)) {
    it(`have the same keys and placeholders in both languages in ${scope}`, () => {
      const [ja, en] = [texts(japanese), texts(english)];
      expect([...en.keys()].toSorted()).toEqual([...ja.keys()].toSorted());
      for (const [key, text] of ja)
        expect(placeholders(en.get(key) ?? ''))
          .withContext(key)
          .toEqual(placeholders(text));
    });
  }

  it('name every result and every content', () => {
    const calls = texts(callsJa);
    for (const code of RESULT_CODES)
      expect(calls.get(`result.${code}`))
        .withContext(code)
        .toBeTruthy();
    for (const code of CONTENT_CODES)
      expect(calls.get(`record.content.${code}`))
        .withContext(code)
        .toBeTruthy();
  });

  it('name every stop and attention flag of DOMAIN §4.6', () => {
    const cases = texts(casesJa);
    const codes = [
      ...Array.from({ length: 17 }, (_, at) => `S${String(at + 1).padStart(2, '0')}`),
      ...Array.from({ length: 7 }, (_, at) => `A0${at + 1}`),
    ];
    for (const code of codes)
      expect(cases.get(`flag.${code}`))
        .withContext(code)
        .toBeTruthy();
  });
});
