import type { SealedFileReader, SealedFileWriter } from './sealed-file.ts';
import { VaultError } from './vault-error.ts';

/** A described file is its content, then a description as JSON, then the description's length (u32, big-endian). All of it is sealed together. */
const LENGTH_BYTES = 4;
const MAX_DESCRIPTION_BYTES = 16 * 1024 * 1024;

/** Ends the content of a file that is being sealed with its description. */
export async function writeDescription(writer: SealedFileWriter, description: unknown): Promise<void> {
  const json = Buffer.from(JSON.stringify(description));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(json.length);
  await writer.write(Buffer.concat([json, length]));
}

/** The description, to be parsed by the caller's schema, and how long the content before it is. @throws VaultError `not-sealed` when there is none */
export async function readDescription(
  reader: SealedFileReader,
): Promise<{ readonly contentBytes: number; readonly description: unknown }> {
  const end = reader.size - LENGTH_BYTES;
  const length = end < 0 ? 0 : (await reader.read(end, LENGTH_BYTES)).readUInt32BE(0);
  if (length === 0 || length > end || length > MAX_DESCRIPTION_BYTES)
    throw new VaultError('not-sealed', 'The file has no description');
  const json = await reader.read(end - length, length);
  return { contentBytes: end - length, description: JSON.parse(json.toString()) };
}
