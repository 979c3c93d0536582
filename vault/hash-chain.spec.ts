import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FIRST_LINK, HashChain, readChain } from './hash-chain.ts';

describe('the chain of hashes', () => {
  let folder = '';
  let file = '';
  const at = new Date('2026-04-01T00:00:00.000Z');

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'chain-'));
    file = path.join(folder, 'chain.jsonl');
    const chain = await HashChain.open(file);
    await Promise.all(['a', 'b', 'c'].map((name) => chain.append({ name }, at)));
    await chain.close();
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  async function firstThatDoesNotFit(): Promise<number | null> {
    for await (const { number, fits } of readChain(file)) if (!fits) return number;
    return null;
  }

  async function lines(): Promise<string[]> {
    return (await readFile(file, 'utf8')).trimEnd().split('\n');
  }

  it('goes on where it stopped, each entry naming the one before', async () => {
    const chain = await HashChain.open(file);
    expect(chain.last.number).toBe(3);
    const position = await chain.append({ name: 'd' }, at);
    await chain.close();
    const read = [];
    for await (const entry of readChain(file)) read.push(entry);
    expect(read.map(({ number, entry, fits }) => [number, entry, fits])).toEqual(
      ['a', 'b', 'c', 'd'].map((name, i) => [i + 1, { name }, true]),
    );
    expect(read.at(-1)?.link).toBe(position.link);
    expect(position.link).not.toBe(FIRST_LINK);
  });

  it('cuts off half a line that a crash left', async () => {
    const before = await readFile(file);
    await writeFile(file, Buffer.concat([before, Buffer.from('{"number":4,"previous":"')]));
    const chain = await HashChain.open(file);
    expect(chain.last.number).toBe(3);
    await chain.close();
    expect(await readFile(file)).toEqual(before);
  });

  it('shows the first entry after one that was changed, removed, put in or put elsewhere', async () => {
    const [a = '', b = '', c = ''] = await lines();
    expect(await firstThatDoesNotFit()).toBeNull();
    const attacks: [string[], number][] = [
      [[a.replace('"a"', '"x"'), b, c], 2],
      [[a, c], 3],
      [[b, c], 2],
      [[a, b, b, c], 2],
      [[a, c, b], 3],
      [[a, 'no entry', c], 2],
    ];
    for (const [attack, expected] of attacks) {
      await writeFile(file, attack.map((line) => `${line}\n`).join(''));
      expect(await firstThatDoesNotFit()).toBe(expected);
    }
  });
});
