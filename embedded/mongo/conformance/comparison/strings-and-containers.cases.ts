import { Long } from 'bson';
import type { ConformanceCase } from '../conformance-case.ts';
import { finds, sorts } from '../read-and-write-cases.ts';

const NAMES = [
  { _id: 1, v: 'b' },
  { _id: 2, v: 'A' },
  { _id: 3, v: 'a' },
  { _id: 4, v: 'B' },
  { _id: 5, v: 'á' },
];
const KANA = [
  { _id: 1, v: 'さとう' },
  { _id: 2, v: 'サイトウ' },
  { _id: 3, v: 'かとう' },
  { _id: 4, v: 'ガトウ' },
];

export const cases: readonly ConformanceCase[] = [
  sorts('strings sort by their bytes', NAMES, { v: 1 }, [2, 4, 3, 1, 5]),
  sorts(
    'strings outside the basic plane sort after all others',
    [
      { _id: 1, v: '\u{1f600}' },
      { _id: 2, v: '\uff5e' },
      { _id: 3, v: '仙台' },
    ],
    { v: 1 },
    [3, 2, 1],
  ),
  sorts(
    'a string sorts before those it begins',
    [
      { _id: 1, v: 'ab' },
      { _id: 2, v: 'a' },
      { _id: 3, v: 'a\0' },
    ],
    { v: 1 },
    [2, 3, 1],
  ),
  sorts('a collation sorts by alphabet, small before capital letters', NAMES, { v: 1 }, [3, 2, 5, 1, 4], {
    collation: { locale: 'en' },
  }),
  sorts('strength 1 does not tell letters with accents or case apart', NAMES, { v: 1, _id: 1 }, [2, 3, 5, 1, 4], {
    collation: { locale: 'en', strength: 1 },
  }),
  sorts('caseFirst upper puts capitals first', NAMES, { v: 1 }, [2, 3, 5, 4, 1], {
    collation: { locale: 'en', caseFirst: 'upper' },
  }),
  sorts(
    'numericOrdering sorts digits by their number',
    [
      { _id: 1, v: 'a10' },
      { _id: 2, v: 'a2' },
      { _id: 3, v: 'a1' },
    ],
    { v: 1 },
    [3, 2, 1],
    { collation: { locale: 'en', numericOrdering: true } },
  ),
  sorts(
    'without numericOrdering digits sort as letters',
    [
      { _id: 1, v: 'a10' },
      { _id: 2, v: 'a2' },
      { _id: 3, v: 'a1' },
    ],
    { v: 1 },
    [3, 1, 2],
    { collation: { locale: 'en' } },
  ),
  sorts('Japanese kana sort by sound', KANA, { v: 1 }, [3, 4, 2, 1], { collation: { locale: 'ja' } }),
  finds('strength 1 finds without regard to case and accents', NAMES, { v: 'A' }, [2, 3, 5], {
    collation: { locale: 'en', strength: 1 },
  }),
  finds('strength 2 tells accents apart, not case', NAMES, { v: 'A' }, [2, 3], { collation: { locale: 'en', strength: 2 } }),
  finds('strength 3 tells case apart', NAMES, { v: 'A' }, [2], { collation: { locale: 'en', strength: 3 } }),
  finds('strength 1 with caseLevel tells case apart, not accents', NAMES, { v: 'a' }, [3, 5], {
    collation: { locale: 'en', strength: 1, caseLevel: true },
  }),
  finds('a collation holds within $in', NAMES, { v: { $in: ['a', 'x'] } }, [2, 3, 5], {
    collation: { locale: 'en', strength: 1 },
  }),
  finds('a collation holds within ranges', NAMES, { v: { $gte: 'B' } }, [1, 4], { collation: { locale: 'en', strength: 2 } }),
  finds('a collation does not change regular expressions', NAMES, { v: /^a/ }, [3], { collation: { locale: 'en', strength: 1 } }),
  finds(
    'strength 2 takes half-width and full-width kana as equals',
    [
      { _id: 1, v: 'ｶﾞ' },
      { _id: 2, v: 'ガ' },
      { _id: 3, v: 'カ' },
    ],
    { v: 'ガ' },
    [1, 2],
    { collation: { locale: 'ja', strength: 2 } },
  ),
  finds('the simple collation compares bytes', NAMES, { v: 'a' }, [3], { collation: { locale: 'simple' } }),
  finds(
    'documents are equal with the same fields in the same order',
    [
      { _id: 1, v: { a: 1, b: 2 } },
      { _id: 2, v: { b: 2, a: 1 } },
    ],
    { v: { a: 1, b: 2 } },
    [1],
  ),
  finds(
    'a document with one field more is not equal',
    [
      { _id: 1, v: { a: 1 } },
      { _id: 2, v: { a: 1, b: null } },
    ],
    { v: { a: 1 } },
    [1],
  ),
  finds('numbers within documents are compared by value', [{ _id: 1, v: { a: Long.fromNumber(1) } }], { v: { a: 1 } }, [1]),
  finds(
    'the empty document equals itself only',
    [
      { _id: 1, v: {} },
      { _id: 2, v: { a: 1 } },
      { _id: 3, v: [] },
    ],
    { v: {} },
    [1],
  ),
  sorts(
    'documents sort by the type of the first field, then its name, then its value',
    [
      { _id: 1, v: { b: 1 } },
      { _id: 2, v: { a: 2 } },
      { _id: 3, v: { a: 'x' } },
      { _id: 4, v: { a: 1, z: 1 } },
      { _id: 5, v: { a: 1 } },
      { _id: 6, v: {} },
    ],
    { v: 1 },
    [6, 5, 4, 2, 1, 3],
  ),
  finds(
    '$gt on documents compares field by field',
    [
      { _id: 1, v: { a: 1 } },
      { _id: 2, v: { a: 2 } },
      { _id: 3, v: { a: 1, b: 1 } },
    ],
    { v: { $gt: { a: 1 } } },
    [2, 3],
  ),
  sorts(
    'an array sorts ascending by its smallest element',
    [
      { _id: 1, v: [5, 9] },
      { _id: 2, v: 6 },
      { _id: 3, v: [7, 4] },
    ],
    { v: 1 },
    [3, 1, 2],
  ),
  sorts(
    'an array sorts descending by its largest element',
    [
      { _id: 1, v: [5, 9] },
      { _id: 2, v: 8 },
      { _id: 3, v: [7, 4] },
    ],
    { v: -1 },
    [1, 2, 3],
  ),
  sorts(
    'an empty array sorts before null',
    [{ _id: 1, v: null }, { _id: 2, v: [] }, { _id: 3, v: 1 }, { _id: 4 }],
    { v: 1, _id: 1 },
    [2, 1, 4, 3],
  ),
  sorts(
    'an array of documents sorts by its best element below a path',
    [
      { _id: 1, v: [{ x: 3 }, { x: 8 }] },
      { _id: 2, v: [{ x: 4 }] },
      { _id: 3, v: [{ y: 1 }] },
    ],
    { 'v.x': 1 },
    [3, 1, 2],
  ),
  sorts(
    'fields below one array sort by one element together',
    [
      {
        _id: 1,
        v: [
          { x: 1, y: 9 },
          { x: 2, y: 1 },
        ],
      },
      { _id: 2, v: [{ x: 1, y: 5 }] },
    ],
    { 'v.x': 1, 'v.y': 1 },
    [2, 1],
  ),
  {
    name: 'a sort by two arrays of one document is refused',
    documents: [{ _id: 1, a: [1, 2], b: [1, 2] }],
    steps: [{ command: { find: '@collection', sort: { a: 1, b: 1 } }, error: 2 }],
  },
  finds(
    'arrays are equal element by element in order',
    [
      { _id: 1, v: [1, 2] },
      { _id: 2, v: [2, 1] },
      { _id: 3, v: [1, 2, 3] },
      { _id: 4, v: [[1, 2]] },
    ],
    { v: [1, 2] },
    [1, 4],
  ),
  finds(
    '$gt on arrays compares element by element',
    [
      { _id: 1, v: [1, 2] },
      { _id: 2, v: [1, 3] },
      { _id: 3, v: [2] },
      { _id: 4, v: [1] },
    ],
    { v: { $gt: [1, 2] } },
    [2, 3],
  ),
  sorts(
    'ties keep the order the next key gives',
    [
      { _id: 1, a: 1, b: 2 },
      { _id: 2, a: 1, b: 1 },
      { _id: 3, a: 0, b: 9 },
    ],
    { a: -1, b: 1 },
    [2, 1, 3],
  ),
];
