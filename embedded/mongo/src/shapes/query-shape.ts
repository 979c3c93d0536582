/** A command as JavaScript object, from the wire or written in a conformance case. */
type Fields = Readonly<Record<string, unknown>>;

const OPTIONS = new Set(
  (
    'sort limit skip projection fields hint collation upsert multi new remove arrayFilters batchSize singleBatch ordered let ' +
    'key maxTimeMS bypassDocumentValidation errorsOnly nameOnly noCursorTimeout'
  ).split(' '),
);
const INDEX_OPTIONS = new Set(['unique', 'sparse', 'partialFilterExpression', 'expireAfterSeconds', 'collation', 'hidden']);
const POSITIONAL = /^\$(?:\[.*\])?$/;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && (Object.getPrototypeOf(value) === Object.prototype || value instanceof Map);
const entriesOf = (value: unknown): [string, unknown][] => {
  if (value instanceof Map) return [...value].map(([name, item]) => [String(name), item]);
  return isFields(value) ? Object.entries(value) : [];
};
const itemsOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/**
 * What a command asks of the server, without its names and values: the command, its options, and the operators of its filters,
 * updates, stages and expressions, sorted. No personal data can be in it.
 */
export function featuresOf(command: Fields): string[] {
  const features = new Set<string>();
  const [name = ''] = Object.keys(command);
  new ShapeReader(features).command(name, command);
  return [...features].sort();
}

class ShapeReader {
  readonly #features: Set<string>;

  constructor(features: Set<string>) {
    this.#features = features;
  }

  command(name: string, command: Fields): void {
    this.#features.add(name);
    this.#options(name, command);
    this.#filter(command['filter'] ?? command['query']);
    this.#projection(command['projection'] ?? command['fields']);
    this.#update(command['update']);
    this.#pipeline(command['pipeline']);
    for (const statement of [...itemsOf(command['updates']), ...itemsOf(command['deletes']), ...itemsOf(command['ops'])])
      if (isFields(statement)) this.#statement(name, statement);
    for (const index of itemsOf(command['indexes'])) this.#index(index);
  }

  #options(name: string, fields: Fields): void {
    for (const field of Object.keys(fields)) if (OPTIONS.has(field)) this.#features.add(`${name} ${field}`);
  }

  #statement(name: string, statement: Fields): void {
    this.#options(name, statement);
    this.#filter(statement['q'] ?? statement['filter']);
    this.#update(statement['u'] ?? statement['updateMods']);
  }

  #filter(filter: unknown): void {
    for (const [name, operand] of entriesOf(filter)) {
      if (!name.startsWith('$')) this.#condition(name, operand);
      else {
        this.#features.add(`filter ${name}`);
        if (name === '$expr') this.#expression(operand);
        for (const branch of itemsOf(operand)) this.#filter(branch);
      }
    }
  }

  #condition(path: string, operand: unknown): void {
    if (path.includes('.')) this.#features.add('filter path');
    const entries = entriesOf(operand);
    if (entries[0]?.[0].startsWith('$') !== true) {
      this.#features.add(operand === null ? 'filter null' : operand instanceof RegExp ? 'filter $regex' : 'filter equality');
      return;
    }
    for (const [operator, value] of entries) {
      this.#features.add(`filter ${operator}`);
      if (operator === '$elemMatch' || operator === '$not') this.#filter(value);
      if (operator === '$not') this.#condition('not', value);
    }
  }

  #update(update: unknown): void {
    if (Array.isArray(update)) this.#pipeline(update);
    else if (isFields(update)) {
      for (const [operator, operands] of entriesOf(update)) {
        if (!operator.startsWith('$')) this.#features.add('update replacement');
        else this.#operator(operator, operands);
      }
    }
  }

  #operator(operator: string, operands: unknown): void {
    this.#features.add(`update ${operator}`);
    for (const [path, operand] of entriesOf(operands)) {
      if (path.includes('.')) this.#features.add('update path');
      for (const part of path.split('.'))
        if (POSITIONAL.test(part))
          this.#features.add(`update positional ${part === '$' || part === '$[]' ? part : '$[identifier]'}`);
      if (operator === '$pull') this.#condition('pull', operand);
      else if (operator === '$push' || operator === '$addToSet')
        for (const [modifier] of entriesOf(operand))
          if (modifier.startsWith('$')) this.#features.add(`update ${operator} ${modifier}`);
    }
  }

  #pipeline(pipeline: unknown): void {
    for (const stage of itemsOf(pipeline)) for (const [name, operand] of entriesOf(stage)) this.#stage(name, operand);
  }

  #stage(name: string, operand: unknown): void {
    this.#features.add(`stage ${name}`);
    if (name === '$match') this.#filter(operand);
    else if (name === '$facet') for (const [, pipeline] of entriesOf(operand)) this.#pipeline(pipeline);
    else if (name === '$group') this.#group(operand);
    else {
      if (isFields(operand)) this.#pipeline(operand['pipeline']);
      for (const [field, value] of entriesOf(operand)) if (field !== 'pipeline') this.#expression(value);
    }
  }

  #group(operand: unknown): void {
    for (const [field, value] of entriesOf(operand)) {
      if (field === '_id') this.#expression(value);
      else {
        for (const [accumulator, argument] of entriesOf(value)) {
          this.#features.add(`accumulator ${accumulator}`);
          this.#expression(argument);
        }
      }
    }
  }

  #expression(operand: unknown): void {
    for (const item of itemsOf(operand)) this.#expression(item);
    for (const [name, value] of entriesOf(operand)) {
      if (name.startsWith('$')) this.#features.add(`expression ${name}`);
      this.#expression(value);
    }
  }

  #projection(projection: unknown): void {
    for (const [path, operand] of entriesOf(projection)) {
      const [operator] = Object.keys(isFields(operand) ? operand : {});
      if (path.endsWith('.$')) this.#features.add('projection positional');
      else if (operator !== undefined && ['$slice', '$elemMatch'].includes(operator))
        this.#features.add(`projection ${operator}`);
      else if (isFields(operand) || typeof operand === 'string') this.#expression(operand);
      else this.#features.add('projection');
    }
  }

  #index(index: unknown): void {
    for (const [field, value] of entriesOf(index)) {
      if (INDEX_OPTIONS.has(field)) this.#features.add(`index ${field}`);
      if (field === 'key' && entriesOf(value).length > 1) this.#features.add('index compound');
    }
  }
}
