import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { Buffer } from 'node:buffer';
import type { Endpoint, Flow, Transport, TransportEvents } from './flow.ts';

class UdpFlow implements Flow {
  readonly protocol = 'udp' as const;
  readonly isReliable = false;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  private readonly socket: Socket;

  constructor(socket: Socket, local: Endpoint, remote: Endpoint) {
    this.socket = socket;
    this.local = local;
    this.remote = remote;
  }

  isOpen(): boolean {
    return true;
  }

  send(bytes: Buffer, onError: () => void): void {
    try {
      this.socket.send(bytes, this.remote.port, this.remote.host, (error) => {
        if (error) onError();
      });
    } catch {
      // A socket that is closing throws at once; the caller expects to hear of it later.
      setImmediate(onError);
    }
  }
}

class UdpTransport implements Transport {
  readonly protocol = 'udp' as const;
  readonly local: Endpoint;
  private readonly socket: Socket;

  constructor(socket: Socket, local: Endpoint) {
    this.socket = socket;
    this.local = local;
  }

  open(target: Endpoint): Flow {
    return new UdpFlow(this.socket, this.local, target);
  }

  connectionCount(): number {
    return 0;
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.socket.close(() => resolve()));
  }
}

/** Binds a UDP socket. Rejects when the port is taken. */
export async function listenUdp(at: Endpoint, events: TransportEvents): Promise<Transport> {
  const socket = createSocket({ type: isIPv6(at.host) ? 'udp6' : 'udp4', recvBufferSize: 1_048_576, sendBufferSize: 1_048_576 });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(at.port, at.host, () => {
      socket.off('error', reject);
      resolve();
    });
  });
  const transport = new UdpTransport(socket, { host: at.host, port: socket.address().port });
  socket.on('message', (bytes, source) => {
    if (isKeepAlive(bytes)) return;
    events.onBytes(bytes, transport.open({ host: source.address, port: source.port }));
  });
  // Errors of single datagrams reach the sender's callback; nothing more can be done here.
  socket.on('error', () => undefined);
  return transport;
}

/** NAT keep-alives: blank lines, or single bytes some phones send. */
function isKeepAlive(bytes: Buffer): boolean {
  return bytes.length < 16 && /^[\r\n\0 ]*$/.test(bytes.toString('latin1'));
}
