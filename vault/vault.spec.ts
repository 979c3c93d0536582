import { randomBytes } from 'node:crypto';
import { mkdtemp, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { readDescription, writeDescription } from './described-file.ts';
import { publishFile } from './durable-file.ts';
import { KeyRing, newKeyFile } from './key-ring.ts';
import { rewrapFile } from './rewrap.ts';
import { hashSealedFile, SealedFileReader, SealedFileWriter } from './sealed-file.ts';
import { HEADER_BYTES } from './sealed-header.ts';
import { readSealedLog, SealedLogWriter } from './sealed-log.ts';

const CHUNK = 64;
const SEALED_CHUNK = CHUNK + 16;
const PURPOSE = 'recording:call-1';

let folder = '';
let ring: KeyRing;
let names = 0;

async function seal(plain: Buffer, pieces: readonly number[] = []): Promise<string> {
  names += 1;
  const file = path.join(folder, `${names}.sealed`);
  const writer = await SealedFileWriter.create(file, ring, PURPOSE, CHUNK);
  let at = 0;
  for (const size of pieces) {
    await writer.write(plain.subarray(at, at + size));
    at += size;
  }
  await writer.write(plain.subarray(at));
  await writer.finish();
  await publishFile(file);
  return file;
}

async function unseal(file: string, keys = ring, purpose = PURPOSE): Promise<Buffer> {
  const reader = await SealedFileReader.open(file, keys, purpose);
  return await buffer(reader.stream());
}

const tampered = jasmine.objectContaining({ name: 'VaultError', code: 'tampered' });

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'vault-'));
  ring = new KeyRing(newKeyFile('one'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe('a sealed file', () => {
  it('gives back any octets, however they were written, whole and from any place', async () => {
    const pieces = fc.array(fc.nat({ max: 200 }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 5 * CHUNK }),
        pieces,
        fc.nat(400),
        fc.nat(400),
        async (octets, sizes, start, length) => {
          const plain = Buffer.from(octets);
          const file = await seal(plain, sizes);
          const reader = await SealedFileReader.open(file, ring, PURPOSE);
          const part = await reader.read(start, length);
          const { size } = reader;
          expect(part.equals(plain.subarray(start, start + length))).toBeTrue();
          expect(size).toBe(plain.length);
          expect((await buffer(reader.stream(Math.min(start, plain.length)))).equals(plain.subarray(start))).toBeTrue();
        },
      ),
      { numRuns: 40 },
    );
  });

  it('opens no more once any single octet of it was changed', async () => {
    const plain = randomBytes(3 * CHUNK + 5);
    const file = await seal(plain);
    const sealed = await readFile(file);
    await fc.assert(
      fc.asyncProperty(fc.nat(sealed.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        // The free key slot and the padding behind the slots are the only octets that mean nothing.
        const meansNothing = (at >= 24 + 92 && at < 128) || (at >= 128 && at < HEADER_BYTES);
        fc.pre(!meansNothing);
        const changed = Buffer.from(sealed);
        changed[at] = (changed[at] ?? 0) ^ change;
        await writeFile(`${file}.changed`, changed);
        await expectAsync(unseal(`${file}.changed`)).toBeRejected();
      }),
      { numRuns: 150 },
    );
  });

  it('notices chunks that were swapped, repeated, dropped or taken from another file', async () => {
    const plain = randomBytes(4 * CHUNK);
    const file = await seal(plain);
    const sealed = await readFile(file);
    const other = await readFile(await seal(plain));
    const chunk = (bytes: Buffer, i: number): Buffer =>
      bytes.subarray(HEADER_BYTES + i * SEALED_CHUNK, HEADER_BYTES + (i + 1) * SEALED_CHUNK);
    const built = (...chunks: Buffer[]): Buffer => Buffer.concat([sealed.subarray(0, HEADER_BYTES), ...chunks]);
    const four = [0, 1, 2, 3].map((i) => chunk(sealed, i)) as [Buffer, Buffer, Buffer, Buffer];
    const attacks = [
      built(four[1], four[0], four[2], four[3]),
      built(four[0], four[1], four[2]),
      built(four[0], four[1], four[3]),
      built(four[0], four[1], four[2], four[3], four[3]),
      built(four[0], chunk(other, 1), four[2], four[3]),
      Buffer.concat([other.subarray(0, HEADER_BYTES), ...four]),
      sealed.subarray(0, sealed.length - 1),
      sealed.subarray(0, HEADER_BYTES),
    ];
    for (const attack of attacks) {
      await writeFile(`${file}.attack`, attack);
      await expectAsync(unseal(`${file}.attack`)).toBeRejectedWith(tampered);
    }
    await writeFile(`${file}.attack`, built(...four));
    expect((await unseal(`${file}.attack`)).equals(plain)).toBeTrue();
  });

  it('opens for its purpose and key only, and is told from what was never sealed', async () => {
    const file = await seal(Buffer.from('secret'));
    await expectAsync(unseal(file, ring, 'recording:call-2')).toBeRejectedWith(tampered);
    await expectAsync(unseal(file, new KeyRing(newKeyFile('two')))).toBeRejectedWith(
      jasmine.objectContaining({ code: 'unknown-key' }),
    );
    await expectAsync(unseal(file, new KeyRing(newKeyFile('one')))).toBeRejectedWith(tampered);
    await writeFile(`${file}.txt`, 'not sealed at all');
    await expectAsync(unseal(`${file}.txt`)).toBeRejectedWith(jasmine.objectContaining({ code: 'not-sealed' }));
    expect((await stat(file)).mode & 0o077).toBe(0);
  });

  it('never seals the same twice alike', async () => {
    const [a, b] = [await readFile(await seal(Buffer.alloc(CHUNK))), await readFile(await seal(Buffer.alloc(CHUNK)))];
    expect(a.subarray(HEADER_BYTES).equals(b.subarray(HEADER_BYTES))).toBeFalse();
  });

  it('carries a description behind its content', async () => {
    const file = path.join(folder, 'described.sealed');
    const writer = await SealedFileWriter.create(file, ring, PURPOSE, CHUNK);
    await writer.write(Buffer.from('content'));
    await writeDescription(writer, { about: 'a long description '.repeat(10) });
    await writer.finish();
    await publishFile(file);
    const reader = await SealedFileReader.open(file, ring, PURPOSE);
    expect(await readDescription(reader)).toEqual({ contentBytes: 7, description: { about: 'a long description '.repeat(10) } });
    await reader.close();
    const bare = await SealedFileReader.open(await seal(Buffer.alloc(2)), ring, PURPOSE);
    await expectAsync(readDescription(bare)).toBeRejectedWith(jasmine.objectContaining({ code: 'not-sealed' }));
    await bare.close();
  });
});

describe('a new master key', () => {
  it('takes a file over without changing its content or its hash, and the old one opens it no more', async () => {
    const file = await seal(Buffer.from('kept'));
    const hash = await hashSealedFile(file);
    const [first, second] = [newKeyFile('one'), newKeyFile('two')];
    const old = new KeyRing(first);
    const oldFile = path.join(folder, 'old.sealed');
    const writer = await SealedFileWriter.create(oldFile, old, PURPOSE);
    await writer.write(Buffer.from('kept'));
    const { sha256 } = await writer.finish();
    await publishFile(oldFile);
    const both = new KeyRing({ active: 'two', keys: { ...first.keys, ...second.keys } });
    expect(await rewrapFile(oldFile, both, PURPOSE)).toBeTrue();
    expect(await rewrapFile(oldFile, both, PURPOSE)).toBeFalse();
    expect(await hashSealedFile(oldFile)).toBe(sha256);
    expect((await unseal(oldFile, new KeyRing(second))).toString()).toBe('kept');
    await expectAsync(unseal(oldFile, old)).toBeRejectedWith(jasmine.objectContaining({ code: 'unknown-key' }));
    expect(await hashSealedFile(file)).toBe(hash);
  });

  it('leaves a file that a crash interrupted open to both keys, and finishes it the next time', async () => {
    const [first, second] = [newKeyFile('one'), newKeyFile('two')];
    const file = path.join(folder, 'interrupted.sealed');
    const writer = await SealedFileWriter.create(file, new KeyRing(first), PURPOSE);
    await writer.write(Buffer.from('kept'));
    await writer.finish();
    await publishFile(file);
    const before = await readFile(file);
    const both = new KeyRing({ active: 'two', keys: { ...first.keys, ...second.keys } });
    await rewrapFile(file, both, PURPOSE);
    // The old slot is put back, as if its clearing had never reached the disk.
    const handle = await open(file, 'r+');
    await handle.write(before, 24, 104, 24);
    await handle.close();
    for (const keys of [first, second]) expect((await unseal(file, new KeyRing(keys))).toString()).toBe('kept');
    expect(await rewrapFile(file, both, PURPOSE)).toBeTrue();
    await expectAsync(unseal(file, new KeyRing(first))).toBeRejected();
    expect((await unseal(file, new KeyRing(second))).toString()).toBe('kept');
  });
});

describe('a key file', () => {
  it('is refused without a word of its content when it does not fit', async () => {
    const file = path.join(folder, 'keys.json');
    const short = Buffer.alloc(31, 65).toString('base64');
    for (const text of ['', 'secret', '{}', '{"active":"a","keys":{}}', JSON.stringify({ active: 'a', keys: { a: short } })]) {
      await writeFile(file, text);
      await expectAsync(KeyRing.load(file)).toBeRejectedWith(jasmine.objectContaining({ code: 'bad-key-file' }));
      await KeyRing.load(file).catch((error: unknown) => {
        expect(String(error)).not.toContain('secret');
        expect(String(error)).not.toContain(short);
      });
    }
    await expectAsync(KeyRing.load(path.join(folder, 'none.json'))).toBeRejectedWith(
      jasmine.objectContaining({ code: 'bad-key-file' }),
    );
    await writeFile(file, JSON.stringify(newKeyFile('a')));
    expect((await KeyRing.load(file)).activeId).toBe('a');
  });
});

describe('a sealed log', () => {
  async function readAll(file: string): Promise<{ records: string[]; end: string }> {
    const records: string[] = [];
    const log = readSealedLog(file, ring, PURPOSE);
    for (;;) {
      const next = await log.next();
      if (next.done) return { records, end: next.value };
      records.push(next.value.toString());
    }
  }

  async function write(records: readonly string[], ending: 'finish' | 'abandon'): Promise<string> {
    names += 1;
    const file = path.join(folder, `${names}.log`);
    const writer = await SealedLogWriter.create(file, ring, PURPOSE);
    for (const record of records) await writer.append(Buffer.from(record));
    await writer[ending]();
    return file;
  }

  it('gives its records in order and says whether the writer finished', async () => {
    expect(await readAll(await write(['a', 'bb', ''], 'finish'))).toEqual({ records: ['a', 'bb', ''], end: 'finished' });
    expect(await readAll(await write(['a', 'bb'], 'abandon'))).toEqual({ records: ['a', 'bb'], end: 'unfinished' });
  });

  it('cut off anywhere, as a crash does it, gives all whole records before the cut', async () => {
    const file = await write(['first', 'second', 'third'], 'finish');
    const bytes = await readFile(file);
    for (let length = HEADER_BYTES; length < bytes.length; length += 1) {
      await writeFile(`${file}.cut`, bytes.subarray(0, length));
      const { records, end } = await readAll(`${file}.cut`);
      expect(records).toEqual(['first', 'second', 'third'].slice(0, records.length));
      expect(end).toBe('unfinished');
    }
  });

  it('calls it damage when something in the middle does not open', async () => {
    const file = await write(['first', 'second', 'third'], 'finish');
    const bytes = await readFile(file);
    bytes[HEADER_BYTES + 6] = (bytes[HEADER_BYTES + 6] ?? 0) ^ 1;
    await writeFile(file, bytes);
    expect(await readAll(file)).toEqual({ records: [], end: 'damaged' });
  });

  it('refuses to begin where there is a file already', async () => {
    const file = await write([], 'finish');
    await expectAsync(SealedLogWriter.create(file, ring, PURPOSE)).toBeRejectedWith(jasmine.objectContaining({ code: 'EEXIST' }));
  });
});
