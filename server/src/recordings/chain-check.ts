import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { CallId } from '#contracts/ids.contract';
import { PackedRecording } from '#contracts/recordings.contract';
import { readChain, type ChainEntry } from '#vault/hash-chain';
import { hashSealedFile } from '#vault/sealed-file';
import type { Recording } from './recording.model.ts';

export const CHAIN_FILE = 'chain.jsonl';

const Entry = PackedRecording.pick({ file: true, sha256: true }).extend({ recording: CallId });

/** What the server was told when a recording was sealed. */
export type FindTold = (callId: CallId) => Promise<Pick<Recording, 'chainNumber' | 'chainLink' | 'purgedAt'> | null>;

export interface ChainVerdict {
  readonly entries: number;
  /** The first one that is not as it was sealed; null when all are. */
  readonly altered: { readonly number: number; readonly callId: CallId | null; readonly reason: AlterationReason } | null;
}

/**
 * `chain`: the entry does not follow from the one before. `entry`: it is none of ours. `file`: the sealed file was changed. `missing`: it is gone
 * without having been deleted by the server. `database`: the server was told another hash. `cut-off`: later entries, which the server knows, are gone.
 */
export type AlterationReason = 'chain' | 'entry' | 'file' | 'missing' | 'database' | 'cut-off';

/**
 * Checks every recording of a folder against its chain, and the chain against what the server was told. `lastTold`: the highest number it knows of.
 * No key is needed. Rejects when the chain cannot be read.
 */
export async function checkChain(folder: string, findTold: FindTold, lastTold: number): Promise<ChainVerdict> {
  let entries = 0;
  for await (const entry of readChain(join(folder, CHAIN_FILE))) {
    entries += 1;
    const parsed = Entry.safeParse(entry.entry);
    const reason = entry.fits ? await checkEntry(folder, entry, parsed, findTold) : 'chain';
    if (reason !== null) return { entries, altered: { number: entry.number, callId: parsed.data?.recording ?? null, reason } };
  }
  return { entries, altered: entries < lastTold ? { number: entries + 1, callId: null, reason: 'cut-off' } : null };
}

async function checkEntry(
  folder: string,
  { number, link }: ChainEntry,
  parsed: z.ZodSafeParseResult<z.infer<typeof Entry>>,
  findTold: FindTold,
): Promise<AlterationReason | null> {
  if (!parsed.success) return 'entry';
  const { recording, file, sha256 } = parsed.data;
  const told = await findTold(recording);
  if (told !== null && (told.chainNumber !== number || told.chainLink !== link)) return 'database';
  const path = join(folder, file);
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (!isThere) return told?.purgedAt ? null : 'missing';
  return (await hashSealedFile(path).catch(() => null)) === sha256 ? null : 'file';
}

/** Whether a folder has a chain at all. */
export async function hasChain(folder: string): Promise<boolean> {
  return await access(join(folder, CHAIN_FILE)).then(
    () => true,
    () => false,
  );
}
