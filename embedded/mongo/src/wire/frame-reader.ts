/** Sizes a server announces in `hello`; a longer message is a protocol error. */
export const MAX_MESSAGE_BYTES = 48_000_000;
export const HEADER_BYTES = 16;

/** The connection cannot be continued: the byte stream has lost its framing. */
export class ProtocolError extends Error {}

export interface Frame {
  readonly requestId: number;
  readonly opcode: number;
  /** Everything after the header. */
  readonly body: Buffer;
}

/** Cuts a byte stream into wire protocol messages. */
export class FrameReader {
  #chunks: Buffer[] = [];
  #length = 0;

  /** Adds received bytes and returns the messages completed by them. Throws ProtocolError on an impossible length. */
  push(chunk: Buffer): Frame[] {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    const frames: Frame[] = [];
    for (;;) {
      const frame = this.#next();
      if (frame === undefined) return frames;
      frames.push(frame);
    }
  }

  #next(): Frame | undefined {
    if (this.#length < 4) return undefined;
    if ((this.#chunks[0]?.length ?? 0) < 4) this.#join();
    const length = this.#chunks[0]?.readInt32LE(0) ?? 0;
    if (length < HEADER_BYTES || length > MAX_MESSAGE_BYTES) throw new ProtocolError(`message length ${length} is out of range`);
    if (this.#length < length) return undefined;
    const bytes = this.#join();
    this.#chunks = bytes.length === length ? [] : [bytes.subarray(length)];
    this.#length -= length;
    return { requestId: bytes.readInt32LE(4), opcode: bytes.readInt32LE(12), body: bytes.subarray(HEADER_BYTES, length) };
  }

  #join(): Buffer {
    const [first] = this.#chunks;
    const bytes = this.#chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.#chunks);
    this.#chunks = [bytes];
    return bytes;
  }
}
