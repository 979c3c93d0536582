import dgram from 'node:dgram';
import { once } from 'node:events';
import { MixerError } from '../ports/mixer.port.ts';

/** RTP goes to even ports; the odd one above belongs to its RTCP (RFC 3550 §11). */
const PORT_STEP = 2;

/**
 * Room for about half a second of packets (Linux doubles it and counts 768 octets for each). What waited longer is too late to be heard, and
 * reading it would keep a mixer that has fallen behind from ever catching up.
 */
const RECEIVE_BUFFER_BYTES = 10_240;

/** Binds RTP sockets in a range of ports, going round so that a freed port is not used again at once. */
export class RtpPorts {
  readonly #address: string;
  readonly #first: number;
  readonly #count: number;
  readonly #inUse = new Set<number>();
  #next = 0;

  constructor(address: string, portMin: number, portMax: number) {
    this.#address = address;
    this.#first = portMin + (portMin % PORT_STEP);
    this.#count = Math.max(0, Math.floor((portMax - this.#first) / PORT_STEP) + 1);
  }

  /** @throws MixerError `no-port` when all are taken, by us or by others */
  async bind(): Promise<{ socket: dgram.Socket; port: number }> {
    for (let attempt = 0; attempt < this.#count; attempt += 1) {
      const port = this.#first + (this.#next % this.#count) * PORT_STEP;
      this.#next += 1;
      if (this.#inUse.has(port)) continue;
      this.#inUse.add(port);
      const socket = await this.#tryBind(port);
      if (socket) return { socket, port };
      this.#inUse.delete(port);
    }
    throw new MixerError('no-port', 'Every RTP port of the range is taken');
  }

  /** Closes a socket and frees its port. */
  async release(socket: dgram.Socket, port: number): Promise<void> {
    const closed = once(socket, 'close');
    socket.close();
    await closed;
    this.#inUse.delete(port);
  }

  async #tryBind(port: number): Promise<dgram.Socket | null> {
    // Remote hosts are literal addresses already; the default look-up would cost a turn of the event loop per packet.
    const socket = dgram.createSocket({
      type: 'udp4',
      lookup: (host, _options, callback) => callback(null, host, 4),
      recvBufferSize: RECEIVE_BUFFER_BYTES,
    });
    try {
      // Waits before it binds: with a look-up that answers at once, so may the event.
      const listening = once(socket, 'listening');
      socket.bind({ port, address: this.#address, exclusive: true });
      await listening;
      // An ICMP error of a far side that is gone must not end the process; its silence is reported as flow.
      socket.on('error', () => undefined);
      return socket;
    } catch (error) {
      socket.close();
      if (isPortTaken(error)) return null;
      throw error;
    }
  }
}

function isPortTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EADDRINUSE' || error.code === 'EACCES');
}
