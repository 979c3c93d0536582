import { crc32 } from 'node:zlib';

export interface ZipEntry {
  readonly name: string;
  readonly content: Buffer;
}

const LOCAL_HEADER = 0x04034b50;
const CENTRAL_HEADER = 0x02014b50;
const END_OF_CENTRAL = 0x06054b50;
const VERSION = 20;
/** Names are UTF-8 (APPNOTE 6.3.3 appendix D). */
const UTF8_NAMES = 0x0800;

/** Puts files together without compressing them (ZIP, APPNOTE 6.3.3, method 0): sound and signatures do not shrink. Under 4 GiB. */
export function zip(entries: readonly ZipEntry[], at: Date): Buffer {
  const parts: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const fields = commonFields(entry, at);
    const name = Buffer.from(entry.name);
    const local = Buffer.concat([uint32(LOCAL_HEADER), fields, name]);
    // Comment, disk, internal and external attributes are empty.
    central.push(Buffer.concat([uint32(CENTRAL_HEADER), uint16(VERSION), fields, Buffer.alloc(10), uint32(offset), name]));
    parts.push(local, entry.content);
    offset += local.length + entry.content.length;
  }
  const directory = Buffer.concat(central);
  const count = uint16(entries.length);
  const end = [uint32(END_OF_CENTRAL), Buffer.alloc(4), count, count, uint32(directory.length), uint32(offset), uint16(0)];
  return Buffer.concat([...parts, directory, ...end]);
}

/** From "version needed" to "extra field length", the same in both headers. */
function commonFields({ name, content }: ZipEntry, at: Date): Buffer {
  const time = (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1);
  const date = ((at.getUTCFullYear() - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate();
  return Buffer.concat([
    uint16(VERSION),
    uint16(UTF8_NAMES),
    uint16(0),
    uint16(time),
    uint16(date),
    uint32(crc32(content)),
    uint32(content.length),
    uint32(content.length),
    uint16(Buffer.byteLength(name)),
    uint16(0),
  ]);
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
