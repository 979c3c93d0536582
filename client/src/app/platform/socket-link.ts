import { DestroyRef, inject, Injectable, InjectionToken, signal } from '@angular/core';
import { io, type Socket } from 'socket.io-client';
import type { Ack } from '#contracts/problem.contract';
import type { ClientToServerEvents, ServerToClientEvents } from '#contracts/socket.contract';
import { ProblemError } from './problem';

const ACKNOWLEDGE_WITHIN_MS = 5_000;

export type LinkState = 'closed' | 'connecting' | 'online' | 'reconnecting';
export type KakehashiSocket = Socket<ServerToClientEvents, ClientToServerEvents>;

type CommandName = keyof ClientToServerEvents;
type CommandInput<Name extends CommandName> = Parameters<ClientToServerEvents[Name]>[0];
type CommandReply<Name extends CommandName> = Parameters<Parameters<ClientToServerEvents[Name]>[1]>[0];
type CommandOutput<Name extends CommandName> = Extract<CommandReply<Name>, { ok: true }>['data'];

/** How a socket is made; tests give another one. */
export const SOCKET_FACTORY = new InjectionToken<() => KakehashiSocket>('SOCKET_FACTORY', {
  providedIn: 'root',
  factory: () => () =>
    io({
      autoConnect: false,
      withCredentials: true,
      // The server checks the Origin of the handshake; browsers send it with a WebSocket, but not with a polling GET of the same site.
      transports: ['websocket'],
      reconnectionDelay: 500,
      reconnectionDelayMax: 3_000,
    }),
});

/**
 * The one socket to the server. It hurries news and carries commands; it is not the record, so whoever shows
 * server state registers `onReconnect` and fetches it again.
 */
@Injectable({ providedIn: 'root' })
export class SocketLink {
  readonly #socket = inject(SOCKET_FACTORY)();
  readonly #state = signal<LinkState>('closed');
  readonly #resync = new Set<() => void>();
  #hasBeenOnline = false;

  readonly state = this.#state.asReadonly();

  constructor() {
    this.#socket.on('connect', () => this.#goOnline());
    this.#socket.on('disconnect', (reason) => this.#lose(reason === 'io client disconnect'));
    this.#socket.io.on('reconnect_attempt', () => this.#state.set('reconnecting'));
    inject(DestroyRef).onDestroy(() => this.#socket.disconnect());
  }

  open(): void {
    if (this.#state() !== 'closed') return;
    this.#state.set('connecting');
    this.#socket.connect();
  }

  close(): void {
    this.#socket.disconnect();
    this.#hasBeenOnline = false;
    this.#state.set('closed');
  }

  /** Listens to the server's news. Returns what stops listening. */
  on<Name extends keyof ServerToClientEvents>(name: Name, handle: ServerToClientEvents[Name]): () => void {
    // socket.io's listener type cannot be proven equal for a generic event name, though it is the same function type.
    const listener = handle as never;
    this.#socket.on(name, listener);
    return () => this.#socket.off(name, listener);
  }

  /** Calls back each time the link is up again after it was lost: fetch, then listen. Returns what stops it. */
  onReconnect(resync: () => void): () => void {
    this.#resync.add(resync);
    return () => this.#resync.delete(resync);
  }

  /** Sends a command and waits for its acknowledgement, 5 s at most. Throws `ProblemError`. */
  async command<Name extends CommandName>(name: Name, input: CommandInput<Name>): Promise<CommandOutput<Name>> {
    if (!this.#socket.connected) throw new ProblemError('client.offline');
    // The pair (name, input) is proven by this method's signature; socket.io cannot follow it through the timeout wrapper.
    const emitter = this.#socket.timeout(ACKNOWLEDGE_WITHIN_MS) as unknown as {
      emitWithAck(name: string, input: unknown): Promise<Ack<CommandOutput<Name>>>;
    };
    let reply: Ack<CommandOutput<Name>>;
    try {
      reply = await emitter.emitWithAck(name, input);
    } catch {
      throw new ProblemError('client.no-answer');
    }
    if (!reply.ok) throw ProblemError.from(reply.problem);
    return reply.data;
  }

  #goOnline(): void {
    this.#state.set('online');
    if (this.#hasBeenOnline) for (const resync of this.#resync) resync();
    this.#hasBeenOnline = true;
  }

  #lose(isOurs: boolean): void {
    this.#state.set(isOurs ? 'closed' : 'reconnecting');
    // After "io server disconnect" socket.io does not come back by itself.
    if (!isOurs && !this.#socket.active) this.#socket.connect();
  }
}
