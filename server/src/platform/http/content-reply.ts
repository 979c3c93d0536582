import type { Readable } from 'node:stream';

/** Octets to stream, whole or in one byte range (RFC 9110 section 14), never cached. */
export interface ContentReply {
  readonly mediaType: string;
  /** Octets of the whole. */
  readonly size: number;
  /** Offers the content as a download of this name instead of showing it. */
  readonly fileName?: string;
  /** The octets from `start` up to but not including `end`. Called once at most; `close` is called when it is not. */
  stream(start: number, end: number): Readable;
  close(): Promise<void>;
}

/** Tells content from a body that is JSON. */
export class Content implements ContentReply {
  readonly mediaType: string;
  readonly size: number;
  readonly fileName?: string;
  readonly #source: Pick<ContentReply, 'stream' | 'close'>;

  constructor(
    description: Pick<ContentReply, 'mediaType' | 'size' | 'fileName'>,
    source: Pick<ContentReply, 'stream' | 'close'>,
  ) {
    this.mediaType = description.mediaType;
    this.size = description.size;
    if (description.fileName !== undefined) this.fileName = description.fileName;
    this.#source = source;
  }

  stream(start: number, end: number): Readable {
    return this.#source.stream(start, end);
  }

  async close(): Promise<void> {
    await this.#source.close();
  }
}

/** One byte range. */
export interface ByteRange {
  readonly start: number;
  /** The octet after the last one. */
  readonly end: number;
}

/**
 * What a Range header asks of so many octets (RFC 9110 section 14.2): `whole` without one, with several, or with one of another unit, which may
 * all be ignored; `unsatisfiable` for octets beyond the end.
 */
export function parseRange(header: string | undefined, size: number): ByteRange | 'whole' | 'unsatisfiable' {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return 'whole';
  const [first, last] = [match[1] ?? '', match[2] ?? ''];
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? 'unsatisfiable' : { start: size - length, end: size };
  }
  const start = Number(first);
  const end = last === '' ? size : Math.min(Number(last) + 1, size);
  if (start >= size) return 'unsatisfiable';
  return end <= start ? 'whole' : { start, end };
}
