/** Bytes of a key under construction, in one buffer that is used for key after key. */
export class KeyWriter {
  #bytes = Buffer.allocUnsafe(1024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** A copy of what was written since the last call. */
  take(): Buffer {
    const key = Buffer.from(this.#bytes.subarray(0, this.#length));
    this.#length = 0;
    return key;
  }

  /** Forgets a key that could not be finished. */
  clear(): void {
    this.#length = 0;
  }

  byte(value: number): void {
    this.#bytes[this.#reserve(1)] = value;
  }

  append(bytes: Uint8Array): void {
    this.#bytes.set(bytes, this.#reserve(bytes.length));
  }

  /** Zero bytes are escaped as 00 FF, so that the terminator 00 00 sorts a string before its extensions. */
  text(text: string): void {
    const start = this.#reserve(text.length * 3 + 2);
    const length = this.#bytes.write(text, start, 'utf8');
    this.#length = start + length;
    const zero = this.#bytes.subarray(start, this.#length).indexOf(0);
    if (zero >= 0) this.#escapeZeros(start + zero);
    this.#bytes.writeUInt16BE(0, this.#reserve(2));
  }

  double(value: number): void {
    const at = this.#reserve(8);
    this.#bytes.writeDoubleBE(value, at);
    // Negative numbers are inverted as a whole, so that the larger magnitude comes first.
    if (((this.#bytes[at] ?? 0) & 0x80) !== 0) this.invertFrom(at);
    else this.#bytes[at] = (this.#bytes[at] ?? 0) | 0x80;
  }

  uint16(value: number): void {
    this.#bytes.writeUInt16BE(value, this.#reserve(2));
  }

  uint32(value: number): void {
    this.#bytes.writeUInt32BE(value, this.#reserve(4));
  }

  uint64(value: bigint): void {
    this.#bytes.writeBigUInt64BE(BigInt.asUintN(64, value), this.#reserve(8));
  }

  zeros(count: number): void {
    const at = this.#reserve(count);
    this.#bytes.fill(0, at, at + count);
  }

  /** Inverts what was written from a position on: descending fields, negative digits. */
  invertFrom(start: number): void {
    for (let at = start; at < this.#length; at += 1) this.#bytes[at] = ~(this.#bytes[at] ?? 0) & 0xff;
  }

  #escapeZeros(start: number): void {
    const tail = Buffer.from(this.#bytes.subarray(start, this.#length));
    this.#length = start;
    for (const byte of tail) {
      this.byte(byte);
      if (byte === 0) this.byte(0xff);
    }
  }

  /** Makes room for `count` bytes; returns where they begin. */
  #reserve(count: number): number {
    const start = this.#length;
    this.#length = start + count;
    if (this.#length > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(this.#length * 2);
      this.#bytes.copy(larger, 0, 0, start);
      this.#bytes = larger;
    }
    return start;
  }
}
