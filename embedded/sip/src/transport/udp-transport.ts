import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { Buffer } from 'node:buffer';
import type { Endpoint, Flow, Transport, TransportEvents } from './flow.ts';
import type { Protection } from './protection.ts';

class UdpFlow implements Flow {
  readonly protocol = 'udp' as const;
  readonly isReliable = false;
  readonly remote: Endpoint;
  private readonly transport: UdpTransport;

  constructor(transport: UdpTransport, remote: Endpoint) {
    this.transport = transport;
    this.remote = remote;
  }

  get local(): Endpoint {
    return this.transport.local;
  }

  isOpen(): boolean {
    return true;
  }

  ready(): Promise<boolean> {
    return Promise.resolve(true);
  }

  send(bytes: Buffer, onError: () => void): void {
    this.transport.send(bytes, this.remote, onError);
  }

  noteReachable(): void {
    this.transport.protection.noteReachable(this.remote.host);
  }
}

class UdpTransport implements Transport {
  readonly protocol = 'udp' as const;
  readonly local: Endpoint;
  readonly protection: Protection;
  private readonly socket: Socket;

  constructor(socket: Socket, local: Endpoint, protection: Protection) {
    this.socket = socket;
    this.local = local;
    this.protection = protection;
  }

  open(target: Endpoint): Flow {
    return new UdpFlow(this, target);
  }

  send(bytes: Buffer, { host, port }: Endpoint, onError: () => void): void {
    // What goes beyond the bound is left unsent, as if the network had lost it.
    if (!this.protection.allowsReply(host, bytes.length)) return;
    try {
      this.socket.send(bytes, port, host, (error) => {
        if (error) onError();
      });
    } catch {
      // A socket that is closing throws at once; the caller expects to hear of it later.
      setImmediate(onError);
    }
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.socket.close(() => resolve()));
  }
}

/** Binds a UDP socket. Rejects when the port is taken. */
export async function listenUdp(at: Endpoint, events: TransportEvents, protection: Protection): Promise<Transport> {
  const isV6 = isIPv6(at.host);
  const socket = createSocket({
    type: isV6 ? 'udp6' : 'udp4',
    ipv6Only: isV6,
    recvBufferSize: 1_048_576,
    sendBufferSize: 1_048_576,
    // Only addresses come here; the default look-up would cost a turn of the event loop per datagram.
    lookup: (host, _options, found) => found(null, host, isV6 ? 6 : 4),
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(at.port, at.host, () => {
      socket.off('error', reject);
      resolve();
    });
  });
  const transport = new UdpTransport(socket, { host: at.host, port: socket.address().port }, protection);
  socket.on('message', (bytes, { address, port }) => {
    if (!isSip(bytes) || !protection.admitsDatagram(address, bytes.length)) return;
    events.onBytes(bytes, transport.open({ host: address, port }));
  });
  // Errors of single datagrams reach the sender's callback; nothing more can be done here.
  socket.on('error', () => undefined);
  return transport;
}

/**
 * NAT keep-alives (blank lines, zero bytes) and STUN (RFC 5389 §6: two zero bits first) are no SIP and get no answer: over UDP a keep-alive
 * would be STUN (RFC 5626 §4.4.2), which nobody may send who was not told that it is served.
 */
function isSip(bytes: Buffer): boolean {
  const first = bytes[0] ?? 0;
  if (first > 0x20) return true;
  if (first !== 0x0d && first !== 0x0a) return false;
  // RFC 3261 §7.5: blank lines before the start line are to be ignored.
  return bytes.some((byte) => byte > 0x20);
}
