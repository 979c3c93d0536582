import { Int32 } from 'bson';
import type { BsonDocument, BsonValue } from '../values/bson-value.ts';
import { compileStages, parsePipeline } from './compile-pipeline.ts';
import { isRepeatable, neededFields } from './pipeline-fields.ts';

const one = new Int32(1);
const documents: readonly BsonDocument[] = [
  { _id: one, a: new Int32(5), b: { c: 'x', d: one }, list: [one, new Int32(2)], unused: 'u' },
  { _id: new Int32(2), a: new Int32(3), b: { c: 'y' }, list: [], unused: 'v' },
];

/** Pipelines and what they need; undefined where that is everything. */
const PIPELINES: readonly (readonly [BsonValue[], string[] | undefined])[] = [
  [[{ $group: { _id: '$b.c', n: { $sum: '$a' } } }], ['a', 'b']],
  [[{ $match: { a: { $gt: one } } }, { $count: 'n' }], ['a']],
  [
    [{ $match: { $or: [{ a: one }, { $expr: { $eq: ['$b.c', 'y'] } }] } }, { $count: 'n' }],
    ['a', 'b'],
  ],
  [[{ $unwind: '$list' }, { $group: { _id: '$list' } }], ['list']],
  [[{ $project: { a: one, x: '$b.d' } }], ['_id', 'a', 'b', 'x']],
  [[{ $project: { _id: new Int32(0), x: { $let: { vars: { v: '$a' }, in: '$$v' } } } }], ['_id', 'a', 'x']],
  [[{ $project: { unused: new Int32(0) } }], undefined],
  [[{ $project: { unused: new Int32(0) } }, { $group: { _id: '$a' } }], ['a']],
  [
    [{ $set: { y: '$a' } }, { $group: { _id: '$y' } }],
    ['a', 'y'],
  ],
  [
    [{ $sort: { a: one } }, { $group: { _id: null, first: { $first: '$b.c' } } }],
    ['a', 'b'],
  ],
  [[{ $group: { _id: null, best: { $top: { sortBy: { a: one }, output: '$b' } } } }], ['a', 'b']],
  [[{ $group: { _id: null, all: { $push: '$$ROOT' } } }], undefined],
  [[{ $group: { _id: null, all: { $push: '$$CURRENT.a' } } }], ['a']],
  [[{ $group: { _id: { $getField: 'a' } } }], undefined],
  [[{ $replaceWith: '$b' }], ['b']],
  [[{ $sortByCount: '$b.c' }], ['b']],
  [[{ $bucketAuto: { groupBy: '$a', buckets: one } }], ['a']],
  [[{ $limit: one }], undefined],
];

describe('the fields a pipeline needs', () => {
  for (const [pipeline, fields] of PIPELINES) {
    it(`are ${fields?.join(', ') ?? 'all'} for ${JSON.stringify(pipeline)}`, () => {
      const stages = parsePipeline(pipeline);
      const needed = neededFields({}, undefined, stages);
      if (fields === undefined) {
        expect(needed).toBeUndefined();
        return;
      }
      expect([...(needed ?? [])].filter((name) => documents.some((document) => name in document)).sort()).toEqual(
        fields.filter((name) => documents.some((document) => name in document)).sort(),
      );
      const partial = documents.map((document) =>
        Object.fromEntries(Object.entries(document).filter(([name]) => needed?.has(name))),
      );
      const run = compileStages(stages, { variables: new Map() });
      expect([...run(partial)]).toEqual([...run(documents)]);
    });
  }

  it('do not matter for a pipeline that draws lots', () => {
    expect(isRepeatable(parsePipeline([{ $match: { a: one } }]))).toBeTrue();
    expect(isRepeatable(parsePipeline([{ $sample: { size: one } }]))).toBeFalse();
    expect(isRepeatable(parsePipeline([{ $set: { r: { $add: [{ $rand: {} }, one] } } }]))).toBeFalse();
  });
});
