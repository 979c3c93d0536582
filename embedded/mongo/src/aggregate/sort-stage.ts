import { documentOrder, type KeyedDocument } from './document-order.ts';
import { valueBytes } from '../accumulator/value-bytes.ts';
import type { BsonValue } from '../values/bson-value.ts';
import { MAX_STAGE_BYTES, memoryLimitExceeded } from './memory-limit.ts';
import { mergeRuns, SortedRuns } from './sorted-runs.ts';
import type { Stage, StageEnvironment } from './stage.ts';

export const sortStage = (operand: BsonValue, environment: StageEnvironment): Stage =>
  sortedStage(operand, environment, Infinity);

/** `$sort`, of which only the first `wanted` documents are needed: then no more than about twice as many are held. */
export function sortedStage(operand: BsonValue, { collation, allowsDiskUse = true }: StageEnvironment, wanted: number): Stage {
  const order = documentOrder(operand, collation);
  return function* (documents) {
    const runs = new SortedRuns(order);
    try {
      let held: KeyedDocument[] = [];
      let bytes = 0;
      for (const document of documents) {
        held.push(order.keyed(document));
        bytes += valueBytes(document);
        if (held.length > 2 * wanted + 1000) {
          held = held.sort(order.compare).slice(0, wanted);
          bytes = held.reduce((sum, entry) => sum + valueBytes(entry.document), 0);
        }
        if (bytes <= MAX_STAGE_BYTES) continue;
        if (!allowsDiskUse) throw memoryLimitExceeded('Sort');
        runs.write(held.sort(order.compare));
        held = [];
        bytes = 0;
      }
      held.sort(order.compare);
      yield* runs.isEmpty ? held.map((entry) => entry.document) : mergeRuns(order, [...runs.readers(), held.values()]);
    } finally {
      runs.close();
    }
  };
}
