import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { once } from 'node:events';

const HOST = '127.0.0.1';

export interface Impairment {
  /** Share of the packets that are dropped, 0 to 1. */
  readonly loss: number;
  /** Each packet is kept back for a random time up to this. */
  readonly jitterMs: number;
  /** Each packet is kept back for at least this. */
  readonly delayMs: number;
}

const PERFECT: Impairment = { loss: 0, jitterMs: 0, delayMs: 0 };

interface Address {
  readonly host: string;
  readonly port: number;
}

/**
 * A bad network in user space between two UDP parties: what comes to `left` leaves from `right`, and the other way round. Each side answers
 * to whoever it is told, so that both parties see an address that is not the other's. Drops and delays by a fixed pseudo-random sequence.
 */
export class UdpRelay {
  readonly left: Address;
  readonly right: Address;
  /** What happens to packets from left to right; those from right to left have a perfect network. */
  impairment: Impairment = PERFECT;
  dropped = 0;
  passed = 0;
  readonly #sockets: readonly [Socket, Socket];
  readonly #timers = new Set<NodeJS.Timeout>();
  #seed = 1;

  private constructor(sockets: readonly [Socket, Socket]) {
    this.#sockets = sockets;
    [this.left, this.right] = [addressOf(sockets[0]), addressOf(sockets[1])];
  }

  static async open(): Promise<UdpRelay> {
    return new UdpRelay([await bind(), await bind()]);
  }

  /** Packets come from and go to these parties; what others send is dropped. */
  join(leftParty: Address, rightParty: Address): void {
    const [left, right] = this.#sockets;
    left.on('message', (packet, sender) => {
      if (sender.port === leftParty.port) this.#carry(packet, right, rightParty);
    });
    right.on('message', (packet, sender) => {
      if (sender.port === rightParty.port) left.send(packet, leftParty.port, leftParty.host);
    });
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    for (const socket of this.#sockets) socket.close();
  }

  #carry(packet: Buffer, out: Socket, to: Address): void {
    const { loss, jitterMs, delayMs } = this.impairment;
    if (this.#random() < loss) {
      this.dropped += 1;
      return;
    }
    this.passed += 1;
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        out.send(packet, to.port, to.host);
      },
      delayMs + jitterMs * this.#random(),
    );
    this.#timers.add(timer);
  }

  #random(): number {
    this.#seed = (Math.imul(this.#seed, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#seed / 2 ** 32;
  }
}

function addressOf(socket: Socket): Address {
  return { host: HOST, port: socket.address().port };
}

async function bind(): Promise<Socket> {
  const socket = createSocket('udp4').bind(0, HOST);
  await once(socket, 'listening');
  return socket;
}
