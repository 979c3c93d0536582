import { CommandError, notSupported } from '../command-error.ts';
import { PreparedQuery } from '../execution/find-documents.ts';
import { insertDocument } from '../execution/write-documents.ts';
import { bsonTypeName, isDocument, type BsonValue } from '../values/bson-value.ts';
import { compileMerge } from './merge-stage.ts';
import { heldResults, namespaceOf, targetNamespace, type Output, type OutputEnvironment } from './output-target.ts';
import type { StageSource } from './stage.ts';

/** Compiles `$out` or `$merge`. */
export function compileOutput(stage: StageSource, output: OutputEnvironment): Output {
  return stage.name === '$out' ? compileOut(stage.operand, output) : compileMerge(stage.operand, output);
}

/** `$out`: the collection holds the results, and nothing else, afterwards; its indexes stay. */
function compileOut(operand: BsonValue, { view, database, writing }: OutputEnvironment): Output {
  const namespace = outNamespace(operand, database);
  return (results) => {
    // The results are complete before the first document goes: the pipeline may read the collection it replaces.
    const documents = heldResults(results);
    const collection = view.ensureCollection(namespace);
    const all = new PreparedQuery({ filter: {} });
    for (const { stored, document } of [...all.run(view, collection)]) view.remove(collection, stored, document);
    for (const document of documents) insertDocument(view, collection, document, writing);
  };
}

function outNamespace(operand: BsonValue, database: string): string {
  if (typeof operand === 'string') return namespaceOf('$out', database, operand);
  if (!isDocument(operand))
    throw new CommandError(16990, `$out only supports a string or object argument, but found ${bsonTypeName(operand)}`);
  if (Object.hasOwn(operand, 'timeseries')) throw notSupported("$out with 'timeseries'");
  return targetNamespace('$out', operand, database);
}
