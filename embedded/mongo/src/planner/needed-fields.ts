import { isDocument, type BsonValue } from '../values/bson-value.ts';
import { filterFields, rootOf } from './filter-fields.ts';

interface PipelineStage {
  readonly name: string;
  readonly operand: BsonValue;
}

/** Stages after which nothing of the source documents is left but what the stage has taken from them. */
const ENDINGS = new Set(['$group', '$count', '$sortByCount', '$bucket']);
/** Operators that read fields named without a `$`, or the document as a whole. */
const READS_MORE = new Set(
  '$getField $setField $unsetField $top $topN $bottom $bottomN $function $accumulator $meta $where'.split(' '),
);

/**
 * The top-level fields a pipeline reads from its source documents; undefined when it may read all of them. Rather too many than
 * too few: every string that looks like a field path counts.
 */
export function neededFields(stages: readonly PipelineStage[]): ReadonlySet<string> | undefined {
  const fields = new Set<string>();
  for (const { name, operand } of stages) {
    if (!collectStage(name, operand, fields)) return undefined;
    if (ENDINGS.has(name)) return fields;
  }
  return undefined;
}

function collectStage(name: string, operand: BsonValue, fields: Set<string>): boolean {
  switch (name) {
    case '$match': {
      const filtered = isDocument(operand) ? filterFields(operand) : undefined;
      for (const field of filtered ?? []) fields.add(field);
      return filtered !== undefined;
    }
    case '$sort':
      if (!isDocument(operand)) return false;
      for (const [path, order] of Object.entries(operand)) {
        if (isDocument(order)) return false;
        fields.add(rootOf(path));
      }
      return true;
    case '$limit':
    case '$skip':
    case '$count':
      return true;
    case '$group':
    case '$sortByCount':
    case '$bucket':
    case '$unwind':
    case '$addFields':
    case '$set':
      return collectPaths(operand, fields);
    default:
      return false;
  }
}

function collectPaths(value: BsonValue, fields: Set<string>): boolean {
  if (typeof value === 'string') return collectPath(value, fields);
  if (Array.isArray(value)) return value.every((item) => collectPaths(item, fields));
  if (!isDocument(value)) return true;
  return Object.entries(value).every(([name, item]) => !READS_MORE.has(name) && collectPaths(item, fields));
}

function collectPath(text: string, fields: Set<string>): boolean {
  if (!text.startsWith('$')) return true;
  if (text.startsWith('$$')) return !/^\$\$(ROOT|CURRENT)\b/.test(text);
  fields.add(rootOf(text.slice(1)));
  return true;
}
