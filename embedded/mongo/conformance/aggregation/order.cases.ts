import { aggregation, type ConformanceCase } from '../conformance-case.ts';

const numbered = [1, 2, 3, 4, 5].map((n) => ({ _id: n, v: n % 3 }));

export const cases: readonly ConformanceCase[] = [
  aggregation('$limit keeps the first documents', {
    documents: numbered,
    pipeline: [{ $sort: { _id: 1 } }, { $limit: 2 }],
    batch: [
      { _id: 1, v: 1 },
      { _id: 2, v: 2 },
    ],
  }),
  aggregation('$limit refuses zero', { documents: numbered, pipeline: [{ $limit: 0 }], error: 15958 }),
  aggregation('$skip passes over the first documents', {
    documents: numbered,
    pipeline: [{ $sort: { _id: 1 } }, { $skip: 3 }, { $project: { _id: 1 } }],
    batch: [{ _id: 4 }, { _id: 5 }],
  }),
];
