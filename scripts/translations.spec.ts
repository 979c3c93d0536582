import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { PROBLEMS } from '#contracts/problem.contract';

const CLIENT = join(import.meta.dirname, '../client');
const WORDS = join(CLIENT, 'public/i18n');
/** Codes that only the client knows, platform/problem.ts. */
const LOCAL_PROBLEMS = ['client.offline', 'client.no-answer'];

type Words = Record<string, string>;

/** Keys of one file with their texts, nested keys joined by dots. */
function flatten(value: unknown, path = ''): Words {
  if (typeof value === 'string') return { [path]: value };
  if (typeof value !== 'object' || value === null) throw new Error(`${path} is neither a text nor a group of texts`);
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => Object.entries(flatten(inner, path ? `${path}.${key}` : key))),
  );
}

function read(scope: string, locale: string): Words {
  const words = flatten(JSON.parse(readFileSync(join(WORDS, scope, `${locale}.json`), 'utf8')));
  return Object.fromEntries(Object.entries(words).map(([key, text]) => [scope ? `${scope}.${key}` : key, text]));
}

function filesBelow(folder: string, endings: RegExp): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && endings.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Literal keys of a source file: 'a.b' | transloco, and t('b') under the one prefix of the file. A key that goes on with + is a beginning. */
function keysUsed(source: string): { key: string; isWhole: boolean }[] {
  const uses = [...source.matchAll(/'([\w.-]+)'(?:\s*\+[^|{}]*?)?\)?\s*\|\s*transloco/g)].map((match) => ({
    key: match[1] ?? '',
    isWhole: !/\+/.test(match[0]),
  }));
  const prefixes = [...source.matchAll(/\*transloco="let (\w+)(?:; prefix: '([\w.-]+)')?/g)];
  const [only] = prefixes;
  if (!only || prefixes.length > 1) return uses;
  const calls = source.matchAll(new RegExp(`\\b${only[1]}\\(\\s*'([\\w.-]+)'\\s*([+,)])`, 'g'));
  for (const [, key, after] of calls) uses.push({ key: [only[2], key].filter(Boolean).join('.'), isWhole: after !== '+' });
  return uses;
}

const scopes = ['', ...readdirSync(WORDS, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))];

describe('the words of the screens', () => {
  for (const scope of scopes) {
    const name = scope || 'the shell';

    it(`have the same keys in Japanese and English for ${name}`, () => {
      expect(Object.keys(read(scope, 'en')).sort()).toEqual(Object.keys(read(scope, 'ja')).sort());
    });

    it(`are empty in both languages or in neither and have the same placeholders for ${name}`, () => {
      const english = read(scope, 'en');
      const placeholders = (text: string) =>
        [...new Set([...text.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map((match) => match[1]))].sort();
      for (const [key, japanese] of Object.entries(read(scope, 'ja'))) {
        expect(english[key]?.trim() === '')
          .withContext(`empty in both or in neither: ${key}`)
          .toBe(japanese.trim() === '');
        expect(placeholders(english[key] ?? ''))
          .withContext(key)
          .toEqual(placeholders(japanese));
      }
    });
  }

  it('have a sentence and a way out for every problem', () => {
    const words = read('', 'ja');
    for (const code of [...Object.keys(PROBLEMS), ...LOCAL_PROBLEMS]) {
      const key = `problem.${code.replaceAll('.', '_')}`;
      expect(words[`${key}.what`]).withContext(code).toBeDefined();
      expect(words[`${key}.way_out`]).withContext(code).toBeDefined();
    }
  });

  it('are there for every key that a screen uses', () => {
    const known = scopes.flatMap((scope) => Object.keys(read(scope, 'ja')));
    let checked = 0;
    for (const file of filesBelow(join(CLIENT, 'src/app'), /(?<!\.spec|\.testing)\.(ts|html)$/)) {
      for (const { key, isWhole } of keysUsed(readFileSync(file, 'utf8'))) {
        checked += 1;
        const isKnown = isWhole ? known.includes(key) : known.some((each) => each.startsWith(key));
        expect(isKnown)
          .withContext(`${relative(CLIENT, file)}: ${key}`)
          .toBeTrue();
      }
    }
    expect(checked).withContext('keys found in the sources').toBeGreaterThan(100);
  });
});
