import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** The whole range of RTP ports is in use. */
export class NoRtpPortError extends Error {
  constructor() {
    super('no RTP port is free');
    this.name = 'NoRtpPortError';
  }
}

/** Hands out bound sockets on the even ports of a range (RFC 3550 §11), the longest unused first. */
export class RtpPorts {
  readonly #host: string;
  readonly #first: number;
  readonly #count: number;
  #turn = 0;

  constructor(host: string, range: { readonly from: number; readonly to: number }) {
    this.#host = host;
    this.#first = range.from + (range.from % 2);
    this.#count = Math.floor((range.to - this.#first) / 2) + 1;
  }

  /** Binds the next free port. @throws NoRtpPortError */
  async bind(): Promise<Socket> {
    for (let tried = 0; tried < this.#count; tried += 1) {
      const port = this.#first + 2 * (this.#turn % this.#count);
      this.#turn += 1;
      const socket = await this.#tryPort(port);
      if (socket) return socket;
    }
    throw new NoRtpPortError();
  }

  async #tryPort(port: number): Promise<Socket | null> {
    // Peers are IPv4 literals: there is no name to look up.
    const socket = createSocket({ type: 'udp4', lookup: (address, _options, callback) => callback(null, address, 4) });
    try {
      // The look-up above answers at once, so `listening` may come before `bind` returns.
      const listening = once(socket, 'listening');
      socket.bind({ port, address: this.#host, exclusive: true });
      await listening;
      return socket;
    } catch (error) {
      socket.close();
      if (isPortTaken(error)) return null;
      throw error;
    }
  }
}

function isPortTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}
