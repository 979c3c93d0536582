import type { Buffer } from 'node:buffer';

export type Protocol = 'udp' | 'tcp' | 'ws' | 'wss';

/** An IP address (or a name still to be resolved) and a port. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** A way to one peer: a connection, or for UDP our socket together with the peer's address. */
export interface Flow {
  readonly protocol: Protocol;
  readonly isReliable: boolean;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  isOpen(): boolean;
  /** Sends one message. `onError` is called at most once, later, when it could not be handed to the network. */
  send(bytes: Buffer, onError: () => void): void;
}

/** What a transport tells the layer above. */
export interface TransportEvents {
  /** One whole message (or what claims to be one) arrived. */
  onBytes(bytes: Buffer, flow: Flow): void;
  /** A connection is gone; never called for UDP. */
  onClosed(flow: Flow): void;
}

/** One listening socket and the connections that belong to it. */
export interface Transport {
  readonly protocol: Protocol;
  readonly local: Endpoint;
  /** A flow to that address, opened if there is none; undefined where we can only be connected to (WebSocket). */
  open(target: Endpoint): Flow | undefined;
  connectionCount(): number;
  close(): Promise<void>;
}

/** Writes `host:port`, with brackets around IPv6. */
export function formatEndpoint(endpoint: Endpoint): string {
  return `${endpoint.host.includes(':') ? `[${endpoint.host}]` : endpoint.host}:${endpoint.port}`;
}

/** IPv4 addresses that arrive mapped into IPv6 are written as IPv4. */
export function plainAddress(address: string | undefined): string {
  return (address ?? '').replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
}
