import { Buffer } from 'node:buffer';
import { findHeadEnd, LIMITS, readHead } from '../message/parser.ts';

/** What came out of a stream: messages, pings (CRLFCRLF between messages, RFC 5626 §3.5.1), or a fault after which it cannot be followed. */
export type StreamEvent =
  | { readonly kind: 'message'; readonly bytes: Buffer }
  | { readonly kind: 'ping' }
  | { readonly kind: 'fault'; readonly reason: string };

/** Cuts a byte stream into SIP messages by Content-Length (RFC 3261 §18.3). */
export class StreamFraming {
  private buffered: Buffer = Buffer.alloc(0);
  private neededBytes = 0;

  /** Takes a chunk and returns what it completed. After a fault the stream must be closed. */
  push(chunk: Buffer): StreamEvent[] {
    this.buffered = this.buffered.length === 0 ? chunk : Buffer.concat([this.buffered, chunk]);
    const events: StreamEvent[] = [];
    for (;;) {
      this.skipBlankLines(events);
      if (this.buffered.length === 0 || this.buffered.length < this.neededBytes) return events;
      const next = this.takeMessage();
      if (next === undefined) return events;
      events.push(next);
      if (next.kind === 'fault') return events;
    }
  }

  private skipBlankLines(events: StreamEvent[]): void {
    if (this.neededBytes > 0) return;
    let index = 0;
    while (this.buffered[index] === 13 || this.buffered[index] === 10) index++;
    for (let pings = Math.floor(index / 4); pings > 0; pings--) events.push({ kind: 'ping' });
    // A lone CRLF may be the first half of a ping.
    const isUndecided = index === this.buffered.length && index % 4 !== 0;
    this.buffered = this.buffered.subarray(isUndecided ? index - (index % 4) : index);
  }

  private takeMessage(): StreamEvent | undefined {
    const end = findHeadEnd(this.buffered);
    if (end === undefined) {
      return this.buffered.length > LIMITS.messageBytes ? { kind: 'fault', reason: 'head too large' } : undefined;
    }
    const head = readHead(this.buffered.toString('utf8', 0, end.headLength));
    const length = typeof head === 'string' ? undefined : (head.headers.get('Content-Length') ?? '');
    // Without a usable Content-Length the next message cannot be found (RFC 3261 §20.14).
    if (length === undefined || !/^\d{1,7}$/.test(length)) return { kind: 'fault', reason: 'no usable Content-Length' };
    const total = end.bodyStart + Number(length);
    if (total > LIMITS.messageBytes) return { kind: 'fault', reason: 'message too large' };
    if (this.buffered.length < total) {
      this.neededBytes = total;
      return undefined;
    }
    const bytes = this.buffered.subarray(0, total);
    this.buffered = this.buffered.subarray(total);
    this.neededBytes = 0;
    return { kind: 'message', bytes };
  }
}
