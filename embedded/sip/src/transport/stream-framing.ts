import { Buffer } from 'node:buffer';
import { findHeadEnd, LIMITS } from '../message/parser.ts';

/** What came out of a stream: messages, pings (CRLFCRLF between messages, RFC 5626 §3.5.1), or a fault after which it cannot be followed. */
export type StreamEvent =
  | { readonly kind: 'message'; readonly bytes: Buffer }
  | { readonly kind: 'ping' }
  | { readonly kind: 'fault'; readonly reason: string };

const EMPTY = Buffer.alloc(0);
/** One Content-Length line, folded or not. Its parts do not overlap, so that it takes linear time. */
const CONTENT_LENGTH = /^(?:content-length|l)[ \t]*:[ \t]*(?:\r?\n[ \t]+)?([^\r\n]*)/gim;

/** Cuts a byte stream into SIP messages by Content-Length (RFC 3261 §18.3). */
export class StreamFraming {
  /** What is being read: the chunk itself, or `store` where earlier bytes were left over. */
  private buffered: Buffer = EMPTY;
  /** Where the bytes not yet taken begin. */
  private start = 0;
  /** What was left over, with room for more: so each byte is copied a few times at most, however small the chunks are. */
  private store: Buffer = EMPTY;
  private storedBytes = 0;
  /** How many of them there must be before it is worth looking at them again. */
  private neededBytes = 0;
  /** Up to where the end of the head was looked for in vain. */
  private searchedBytes = 0;

  /** Takes a chunk and returns what it completed; its bytes must be used before the next chunk. After a fault the stream must be closed. */
  push(chunk: Buffer): StreamEvent[] {
    this.buffered = this.storedBytes === 0 ? chunk : this.append(chunk);
    this.start = 0;
    const events: StreamEvent[] = [];
    for (;;) {
      this.skipBlankLines(events);
      if (this.restLength() === 0 || this.restLength() < this.neededBytes) break;
      const next = this.takeMessage();
      if (next === undefined) break;
      events.push(next);
      if (next.kind === 'fault') break;
    }
    this.keepRest();
    return events;
  }

  /** Whether a message has begun and not ended; half a ping is none. */
  get isUnfinished(): boolean {
    return this.storedBytes >= 4;
  }

  private restLength(): number {
    return this.buffered.length - this.start;
  }

  private append(chunk: Buffer): Buffer {
    const length = this.storedBytes + chunk.length;
    if (length > this.store.length) {
      const larger = Buffer.allocUnsafeSlow(2 * length);
      this.store.copy(larger, 0, 0, this.storedBytes);
      this.store = larger;
    }
    chunk.copy(this.store, this.storedBytes);
    this.storedBytes = length;
    return this.store.subarray(0, length);
  }

  /** The rest moves out of the chunk, whose memory is the socket's, and away from messages already handed out. */
  private keepRest(): void {
    const isInPlace = this.storedBytes > 0 && this.start === 0;
    if (!isInPlace) {
      const rest = this.buffered.subarray(this.start);
      this.storedBytes = rest.length;
      this.store = EMPTY;
      if (rest.length > 0) {
        this.store = Buffer.allocUnsafeSlow(2 * rest.length);
        rest.copy(this.store);
      }
    }
    this.buffered = EMPTY;
    this.start = 0;
  }

  private skipBlankLines(events: StreamEvent[]): void {
    if (this.neededBytes > 0 || this.searchedBytes > 0) return;
    let index = this.start;
    while (this.buffered[index] === 13 || this.buffered[index] === 10) index++;
    const blank = index - this.start;
    for (let pings = Math.floor(blank / 4); pings > 0; pings--) events.push({ kind: 'ping' });
    // A lone CRLF may be the first half of a ping.
    const isUndecided = index === this.buffered.length && blank % 4 !== 0;
    this.start = isUndecided ? index - (blank % 4) : index;
  }

  private takeMessage(): StreamEvent | undefined {
    const rest = this.buffered.subarray(this.start);
    const end = findHeadEnd(rest, Math.max(this.searchedBytes - 3, 0));
    if (end === undefined) {
      this.searchedBytes = isBlank(rest) ? 0 : rest.length;
      return rest.length > LIMITS.messageBytes ? { kind: 'fault', reason: 'head too large' } : undefined;
    }
    const length = contentLength(rest.toString('latin1', 0, end.headLength));
    if (length === undefined) return { kind: 'fault', reason: 'no usable Content-Length' };
    const total = end.bodyStart + length;
    if (total > LIMITS.messageBytes) return { kind: 'fault', reason: 'message too large' };
    if (rest.length < total) {
      this.neededBytes = total;
      return undefined;
    }
    this.start += total;
    this.neededBytes = 0;
    this.searchedBytes = 0;
    return { kind: 'message', bytes: rest.subarray(0, total) };
  }
}

function isBlank(bytes: Buffer): boolean {
  return bytes.length < 4 && bytes.every((byte) => byte === 13 || byte === 10);
}

/** Without one usable Content-Length the next message cannot be found (RFC 3261 §20.14); two that differ are an attempt to hide one. */
function contentLength(head: string): number | undefined {
  const values = new Set<string>();
  for (const match of head.matchAll(CONTENT_LENGTH)) values.add((match[1] ?? '').trim());
  const [value, ...others] = values;
  return value !== undefined && others.length === 0 && /^\d{1,7}$/.test(value) ? Number(value) : undefined;
}
