const MAX_SOURCES = 20_000;
/** What a source gets in any case: enough for 100, 180 and a 200 with its SDP in answer to a short INVITE. */
const FIRST_BYTES = 2_000;
/** RFC 9000 §8.1 sets the same factor for the same danger. */
const FACTOR = 3;

/**
 * Bounds what is sent over UDP to an address that has not yet shown that it receives there (a forged source must not turn this server
 * against a third party): so many bytes for each byte that came from it. An address we speak to first is not bounded, and neither is one
 * that was shown to be real.
 */
export class ReplyBudget {
  /** Bytes that may still be sent; `real` once the address has shown that it receives. */
  private readonly sources = new Map<string, number | 'real'>();

  /** A datagram from there is going to be looked at. */
  noteReceived(address: string, bytes: number): void {
    const left = this.sources.get(address);
    if (left === 'real') return;
    if (left === undefined) this.makeRoom();
    this.sources.set(address, (left ?? FIRST_BYTES) + FACTOR * bytes);
  }

  /** The peer has said something only who receives at this address can know. */
  noteReachable(address: string): void {
    if (!this.sources.has(address)) this.makeRoom();
    this.sources.set(address, 'real');
  }

  /** Whether so many bytes may be sent there; if so they are counted. */
  spend(address: string, bytes: number): boolean {
    const left = this.sources.get(address);
    if (left === undefined || left === 'real') return true;
    if (left < bytes) return false;
    this.sources.set(address, left - bytes);
    return true;
  }

  private makeRoom(): void {
    const oldest = this.sources.size >= MAX_SOURCES ? this.sources.keys().next().value : undefined;
    if (oldest !== undefined) this.sources.delete(oldest);
  }
}
