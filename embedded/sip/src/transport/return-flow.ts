import type { Buffer } from 'node:buffer';
import type { Endpoint, Flow } from './flow.ts';

/** The way back of responses: the connection the request came on, and once that is gone a new one (RFC 3261 §18.2.2). */
export class ReturnFlow implements Flow {
  readonly isReliable = true;
  private readonly reopen: () => Flow | undefined;
  private current: Flow;

  constructor(connection: Flow, reopen: () => Flow | undefined) {
    this.current = connection;
    this.reopen = reopen;
  }

  get protocol(): Flow['protocol'] {
    return this.current.protocol;
  }

  get local(): Endpoint {
    return this.current.local;
  }

  get remote(): Endpoint {
    return this.current.remote;
  }

  isOpen(): boolean {
    return this.current.isOpen();
  }

  ready(): Promise<boolean> {
    return this.current.ready();
  }

  send(bytes: Buffer, onError: () => void): void {
    if (!this.current.isOpen()) this.current = this.reopen() ?? this.current;
    this.current.send(bytes, onError);
  }

  noteReachable(): void {
    this.current.noteReachable();
  }
}
