import type { Buffer } from 'node:buffer';

export type Protocol = 'udp' | 'tcp' | 'tls' | 'ws' | 'wss';

/** An IP address (or a name still to be resolved) and a port. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** Where a connection is wanted to. */
export interface Target extends Endpoint {
  /** The name the peer's certificate must carry (RFC 5922 §7.3); its address when left out. Only looked at for TLS. */
  readonly serverName?: string;
}

/** A way to one peer: a connection, or for UDP our socket together with the peer's address. */
export interface Flow {
  readonly protocol: Protocol;
  readonly isReliable: boolean;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  isOpen(): boolean;
  /** Resolves, once it is known, to whether a connection came about. */
  ready(): Promise<boolean>;
  /** Sends one message. `onError` is called at most once, later, when it could not be handed to the network. */
  send(bytes: Buffer, onError: () => void): void;
  /** The peer said something only who receives at this address can know, so that its address is not forged. */
  noteReachable(): void;
}

/** What a transport tells the layer above. */
export interface TransportEvents {
  /** One whole message (or what claims to be one) arrived. Returns for how many ms the connection should not be read further. */
  onBytes(bytes: Buffer, flow: Flow): number;
  /** A connection is gone; never called for UDP. */
  onClosed(flow: Flow): void;
}

/** One listening socket and the connections that belong to it. */
export interface Transport {
  readonly protocol: Protocol;
  readonly local: Endpoint;
  /** A flow to that address, opened if there is none; undefined where we can only be connected to (WebSocket). */
  open(target: Target): Flow | undefined;
  close(): Promise<void>;
}

/** Writes `host:port`, with brackets around IPv6. */
export function formatEndpoint(endpoint: Endpoint): string {
  return `${endpoint.host.includes(':') ? `[${endpoint.host}]` : endpoint.host}:${endpoint.port}`;
}
