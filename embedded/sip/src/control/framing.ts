import { Buffer } from 'node:buffer';

const HASH = 0x23;
const MAX_DIGITS = 5;
/** The longest payload the framing allows. */
export const MESSAGE_BYTES = 10 ** MAX_DIGITS - 1;

/** Cuts a control connection into payloads: `<decimal byte length>#<payload>`. */
export class FrameReader {
  /** The longest payload taken, in bytes. */
  maxBytes = MESSAGE_BYTES;
  private buffered: Buffer = Buffer.alloc(0);

  /** Takes a chunk and returns the payloads it completed; undefined when the peer does not keep to the framing. */
  push(chunk: Buffer): Buffer[] | undefined {
    this.buffered = this.buffered.length === 0 ? chunk : Buffer.concat([this.buffered, chunk]);
    const payloads: Buffer[] = [];
    for (;;) {
      const hash = this.buffered.subarray(0, MAX_DIGITS + 1).indexOf(HASH);
      const prefix = this.buffered.toString('latin1', 0, hash < 0 ? Math.min(this.buffered.length, MAX_DIGITS + 1) : hash);
      if (!/^\d*$/.test(prefix) || prefix.length > MAX_DIGITS || (hash >= 0 && prefix === '')) return undefined;
      if (Number(prefix) > this.maxBytes) return undefined;
      if (hash < 0) return payloads;
      const end = hash + 1 + Number(prefix);
      if (this.buffered.length < end) return payloads;
      payloads.push(this.buffered.subarray(hash + 1, end));
      this.buffered = this.buffered.subarray(end);
    }
  }
}

/** Puts the length before a payload. */
export function encodeFrame(payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${payload.length}#`, 'latin1'), payload]);
}
