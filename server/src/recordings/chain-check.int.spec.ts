import { mkdtemp, open, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CallId } from '#contracts/ids.contract';
import { HashChain } from '#vault/hash-chain';
import { newKeyFile } from '#vault/key-ring';
import { sealSample } from '../fakes/sealed-sample.ts';
import { CHAIN_FILE, checkChain, type FindTold } from './chain-check.ts';

describe('the check of the chain of recordings', () => {
  let folder = '';
  let told: Map<string, { chainNumber: number; chainLink: string; purgedAt: string | null }>;
  const ids = ['call-1', 'call-2', 'call-3'].map((id) => CallId.parse(id));
  const [firstId, , thirdId] = ids;
  const findTold: FindTold = (callId) => Promise.resolve(told.get(callId) ?? null);
  const verdict = async () => (await checkChain(folder, findTold, 3)).altered;
  const file = (id: string): string => join(folder, `${id}.recording`);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'chain-check-'));
    told = new Map();
    const vaultKeyFile = join(folder, 'vault-keys.json');
    await writeFile(vaultKeyFile, JSON.stringify(newKeyFile('test')));
    const chain = await HashChain.open(join(folder, CHAIN_FILE));
    for (const callId of ids) {
      const { file: name, sha256 } = await sealSample({ recordings: folder, vaultKeyFile }, { callId });
      const { number, link } = await chain.append({ recording: callId, file: name, sha256 }, new Date());
      told.set(callId, { chainNumber: number, chainLink: link, purgedAt: null });
    }
    await chain.close();
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  async function rewriteChain(change: (lines: string[]) => string[]): Promise<void> {
    const path = join(folder, CHAIN_FILE);
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
    await writeFile(path, change(lines).map((line) => `${line}\n`).join(''));
  }

  it('finds nothing where nothing was altered, deletions by the server included', async () => {
    expect(await verdict()).toBeNull();
    await unlink(file('call-2'));
    const two = told.get('call-2');
    if (two) two.purgedAt = '2026-04-01T00:00:00.000Z';
    expect(await verdict()).toBeNull();
  });

  it('names the first file that was changed, swapped or taken away', async () => {
    await unlink(file('call-3'));
    expect(await verdict()).toEqual(jasmine.objectContaining({ number: 3, callId: thirdId ?? null, reason: 'missing' }));
    await rename(file('call-1'), join(folder, 'kept'));
    await rename(file('call-2'), file('call-1'));
    await rename(join(folder, 'kept'), file('call-2'));
    expect(await verdict()).toEqual(jasmine.objectContaining({ number: 1, callId: firstId ?? null, reason: 'file' }));
  });

  it('notices a single changed octet of a file', async () => {
    const handle = await open(file('call-2'), 'r+');
    await handle.write(Buffer.from([0xff]), 0, 1, 260);
    await handle.close();
    expect(await verdict()).toEqual(jasmine.objectContaining({ number: 2, reason: 'file' }));
  });

  it('notices a chain that was edited, cut off, or written anew from beginning to end', async () => {
    await rewriteChain(([one = '', two = '', three = '']) => [one.replace('call-1', 'call-9'), two, three]);
    // The edited entry itself no longer has the hash that the server was told.
    expect((await verdict())?.number).toBeLessThanOrEqual(2);
  });

  it('notices entries that are gone from the end', async () => {
    await rewriteChain((lines) => lines.slice(0, 2));
    expect(await verdict()).toEqual({ number: 3, callId: null, reason: 'cut-off' });
  });

  it('notices a chain that fits in itself but is not the one the server was told of', async () => {
    const lines = (await readFile(join(folder, CHAIN_FILE), 'utf8')).trimEnd().split('\n');
    await unlink(join(folder, CHAIN_FILE));
    const forged = await HashChain.open(join(folder, CHAIN_FILE));
    for (const line of lines) await forged.append((JSON.parse(line) as { entry: object }).entry, new Date(0));
    await forged.close();
    expect(await verdict()).toEqual(jasmine.objectContaining({ number: 1, reason: 'database' }));
  });
});
