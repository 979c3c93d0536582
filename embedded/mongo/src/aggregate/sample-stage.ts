import { CommandError } from '../command-error.ts';
import { isDocument, isNumber, type BsonDocument, type BsonValue } from '../values/bson-value.ts';
import { toDouble } from '../values/numeric.ts';
import type { StageCompiler } from './stage.ts';

/** `$sample`: each document has the same chance, and each at most one place. */
export const sampleStage: StageCompiler = (operand) => {
  const size = parseSize(operand);
  return (documents) => {
    const kept: BsonDocument[] = [];
    let seen = 0;
    for (const document of documents) {
      seen += 1;
      const place = Math.floor(Math.random() * seen);
      if (kept.length < size) {
        // The newcomer takes a random place, the one that stood there moves to the end.
        const moved = kept[place];
        kept[place] = document;
        if (moved !== undefined) kept.push(moved);
      } else if (place < size) kept[place] = document;
    }
    return kept;
  };
};

function parseSize(operand: BsonValue): number {
  if (!isDocument(operand)) throw new CommandError(28745, 'the $sample stage specification must be an object');
  const unknown = Object.keys(operand).find((name) => name !== 'size');
  if (unknown !== undefined) throw new CommandError(28748, `unrecognized option to $sample: ${unknown}`);
  const { size } = operand;
  if (size === undefined) throw new CommandError(28749, '$sample stage must specify a size');
  if (!isNumber(size)) throw new CommandError(28746, 'size argument to $sample must be a number');
  const count = Math.trunc(toDouble(size));
  if (count < 0) throw new CommandError(28747, 'size argument to $sample must not be negative');
  return count;
}
