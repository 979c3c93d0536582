import { Long, type Document } from 'bson';
import { ANYTHING, COLLECTION, type CommandStep, type ConformanceCase } from '../conformance-case.ts';

const FIVE = [1, 2, 3, 4, 5].map((_id) => ({ _id }));
const NONE = Long.fromNumber(0);

/** The cursor's id in a reply. */
const idOf = (reply: Document): unknown => (reply['cursor'] as Document)['id']; // as the protocol has it
const more = (options: Document, expected: Omit<CommandStep, 'command'>): CommandStep => ({
  command: (previous) => ({ getMore: idOf(previous), collection: COLLECTION, ...options }),
  ...expected,
});

export const cases: readonly ConformanceCase[] = [
  {
    name: 'a find that is complete leaves no cursor',
    documents: FIVE,
    steps: [
      {
        command: { find: COLLECTION, sort: { _id: 1 } },
        batch: FIVE,
        reply: { cursor: { firstBatch: FIVE, id: NONE, ns: ANYTHING } },
      },
    ],
  },
  { name: 'a find of a collection that is not there is empty', steps: [{ command: { find: COLLECTION }, batch: [] }] },
  {
    name: 'batchSize cuts the first batch',
    documents: FIVE,
    steps: [
      { command: { find: COLLECTION, sort: { _id: 1 }, batchSize: 2 }, batch: FIVE.slice(0, 2) },
      more({}, { batch: FIVE.slice(2) }),
    ],
  },
  {
    name: 'getMore may have a size of its own',
    documents: FIVE,
    steps: [
      { command: { find: COLLECTION, sort: { _id: 1 }, batchSize: 1 }, batch: FIVE.slice(0, 1) },
      more({ batchSize: 3 }, { batch: FIVE.slice(1, 4) }),
      more({}, { batch: FIVE.slice(4) }),
    ],
  },
  {
    name: 'batchSize 0 makes a cursor and reads nothing',
    documents: FIVE,
    steps: [{ command: { find: COLLECTION, sort: { _id: 1 }, batchSize: 0 }, batch: [] }, more({}, { batch: FIVE })],
  },
  {
    name: 'limit ends the cursor',
    documents: FIVE,
    steps: [
      { command: { find: COLLECTION, sort: { _id: 1 }, limit: 3, batchSize: 2 }, batch: FIVE.slice(0, 2) },
      more({}, { batch: FIVE.slice(2, 3), reply: { cursor: { nextBatch: FIVE.slice(2, 3), id: NONE, ns: ANYTHING } } }),
    ],
  },
  {
    name: 'limit 0 is no limit',
    documents: FIVE,
    steps: [{ command: { find: COLLECTION, sort: { _id: 1 }, limit: 0 }, batch: FIVE }],
  },
  {
    name: 'skip leaves the first out',
    documents: FIVE,
    steps: [{ command: { find: COLLECTION, sort: { _id: 1 }, skip: 3 }, batch: FIVE.slice(3) }],
  },
  { name: 'skip beyond the end gives nothing', documents: FIVE, steps: [{ command: { find: COLLECTION, skip: 9 }, batch: [] }] },
  {
    name: 'skip and limit go together',
    documents: FIVE,
    steps: [{ command: { find: COLLECTION, sort: { _id: -1 }, skip: 1, limit: 2 }, batch: [{ _id: 4 }, { _id: 3 }] }],
  },
  {
    name: 'singleBatch leaves no cursor',
    documents: FIVE,
    steps: [
      {
        command: { find: COLLECTION, sort: { _id: 1 }, batchSize: 2, singleBatch: true },
        batch: FIVE.slice(0, 2),
        reply: { cursor: { firstBatch: FIVE.slice(0, 2), id: NONE, ns: ANYTHING } },
      },
    ],
  },
  {
    name: 'the first batch without a size has 101 documents',
    documents: Array.from({ length: 150 }, (_, _id) => ({ _id })),
    steps: [
      {
        command: { find: COLLECTION, sort: { _id: 1 }, projection: { _id: 1 } },
        batch: Array.from({ length: 101 }, (_, _id) => ({ _id })),
      },
      more({}, { batch: Array.from({ length: 49 }, (_, index) => ({ _id: 101 + index })) }),
    ],
  },
  {
    name: 'a killed cursor gives nothing more',
    documents: FIVE,
    steps: [
      { command: { find: COLLECTION, batchSize: 1 } },
      {
        command: (previous) => ({ killCursors: COLLECTION, cursors: [idOf(previous)] }),
        reply: { cursorsKilled: [ANYTHING], cursorsNotFound: [], cursorsAlive: [], cursorsUnknown: [] },
      },
      { command: (previous) => ({ getMore: (previous['cursorsKilled'] as unknown[])[0], collection: COLLECTION }), error: 43 },
    ],
  },
  {
    name: 'killing a cursor that is not there is told',
    documents: FIVE,
    steps: [
      {
        command: { killCursors: COLLECTION, cursors: [Long.fromNumber(12345)] },
        reply: { cursorsKilled: [], cursorsNotFound: [Long.fromNumber(12345)] },
      },
    ],
  },
  {
    name: 'getMore of a cursor that is not there is refused',
    steps: [{ command: { getMore: Long.fromNumber(12345), collection: COLLECTION }, error: 43, codeName: 'CursorNotFound' }],
  },
  {
    name: 'getMore with an id of another type is refused',
    steps: [{ command: { getMore: 'x', collection: COLLECTION }, error: 14 }],
  },
  {
    name: 'a cursor that was read to its end is gone',
    documents: FIVE,
    steps: [
      { command: { find: COLLECTION, batchSize: 4 } },
      { command: (previous) => ({ getMore: idOf(previous), collection: COLLECTION }) },
      { command: { getMore: Long.fromNumber(0), collection: COLLECTION }, error: 43 },
    ],
  },
  { name: 'a negative batchSize is refused', steps: [{ command: { find: COLLECTION, batchSize: -1 }, error: 51024 }] },
  { name: 'a negative skip is refused', steps: [{ command: { find: COLLECTION, skip: -1 }, error: 51024 }] },
  { name: 'a fraction as limit is refused', steps: [{ command: { find: COLLECTION, limit: 'x' }, error: 14 }] },
  {
    name: 'a tailable cursor needs a capped collection',
    documents: FIVE,
    steps: [{ command: { find: COLLECTION, tailable: true }, error: 2 }],
  },
  { name: 'awaitData needs tailable', documents: FIVE, steps: [{ command: { find: COLLECTION, awaitData: true }, error: 9 }] },
  { name: 'a field MongoDB does not know is refused', steps: [{ command: { find: COLLECTION, filtr: {} }, error: 40415 }] },
  { name: 'a filter of another type is refused', steps: [{ command: { find: COLLECTION, filter: 5 }, error: 14 }] },
  { name: 'a sort of another type is refused', documents: FIVE, steps: [{ command: { find: COLLECTION, sort: 5 }, error: 14 }] },
  {
    name: 'a sort direction other than 1 and -1 is refused',
    documents: FIVE,
    steps: [{ command: { find: COLLECTION, sort: { a: 2 } }, error: 15975 }],
  },
  {
    name: 'a sort by text is refused',
    documents: FIVE,
    steps: [{ command: { find: COLLECTION, sort: { a: 'x' } }, error: 15974 }],
  },
  {
    name: '$natural is the order of insertion',
    documents: [{ _id: 3 }, { _id: 1 }, { _id: 2 }],
    steps: [
      { command: { find: COLLECTION, sort: { $natural: 1 } }, batch: [{ _id: 3 }, { _id: 1 }, { _id: 2 }] },
      { command: { find: COLLECTION, sort: { $natural: -1 } }, batch: [{ _id: 2 }, { _id: 1 }, { _id: 3 }] },
    ],
  },
  {
    name: 'a cursor of an aggregation has batches too',
    documents: FIVE,
    steps: [
      {
        command: { aggregate: COLLECTION, pipeline: [{ $sort: { _id: 1 } }], cursor: { batchSize: 2 } },
        batch: FIVE.slice(0, 2),
      },
      more({}, { batch: FIVE.slice(2) }),
    ],
  },
];
