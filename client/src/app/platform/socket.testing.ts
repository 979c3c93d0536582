import type { Provider } from '@angular/core';
import type { Ack } from '#contracts/problem.contract';
import { type KakehashiSocket, SOCKET_FACTORY } from './socket-link';

type Handler = (...values: unknown[]) => void;

/** A socket without a server: specs say what it hears and how it answers. */
export class FakeSocket {
  connected = false;
  active = true;
  readonly sent: { name: string; input: unknown }[] = [];
  answer: (name: string, input: unknown) => Promise<Ack<unknown>> = () => new Promise(() => undefined);
  readonly io = { on: (name: string, handler: Handler) => this.#listen(`io:${name}`, handler) };
  readonly #handlers = new Map<string, Set<Handler>>();

  on(name: string, handler: Handler): void {
    this.#listen(name, handler);
  }

  off(name: string, handler: Handler): void {
    this.#handlers.get(name)?.delete(handler);
  }

  connect(): void {
    this.connected = true;
    this.hear('connect');
  }

  disconnect(): void {
    if (!this.connected) return;
    this.connected = false;
    this.hear('disconnect', 'io client disconnect');
  }

  lose(reason = 'transport close'): void {
    this.connected = false;
    this.hear('disconnect', reason);
    this.hear('io:reconnect_attempt');
  }

  timeout(): { emitWithAck: (name: string, input: unknown) => Promise<Ack<unknown>> } {
    return {
      emitWithAck: (name, input) => {
        this.sent.push({ name, input });
        return this.answer(name, input);
      },
    };
  }

  hear(name: string, ...values: unknown[]): void {
    for (const handler of this.#handlers.get(name) ?? []) handler(...values);
  }

  listeners(name: string): number {
    return this.#handlers.get(name)?.size ?? 0;
  }

  #listen(name: string, handler: Handler): void {
    const handlers = this.#handlers.get(name) ?? new Set();
    handlers.add(handler);
    this.#handlers.set(name, handlers);
  }
}

export function provideFakeSocket(socket: FakeSocket): Provider {
  // Only the members that SocketLink uses are there.
  return { provide: SOCKET_FACTORY, useValue: () => socket as unknown as KakehashiSocket };
}
