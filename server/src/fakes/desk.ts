import { io, type Socket } from 'socket.io-client';
import type { CallbackView } from '#contracts/callbacks.contract';
import type { CallView } from '#contracts/calls.contract';
import type { JoinedCallView, LiveCallView } from '#contracts/live-calls.contract';
import type { Ack } from '#contracts/problem.contract';
import type { ClientToServerEvents, ServerToClientEvents } from '#contracts/socket.contract';
import type { AgentView } from '#contracts/users.contract';

interface Answer {
  status: number;
  headers: Headers;
  body: unknown;
}

/** A browser as the server sees it: cookie, origin, HTTP and socket. Remembers the news it heard. */
export class Desk {
  readonly calls: CallView[] = [];
  readonly agents: AgentView[] = [];
  readonly joined: JoinedCallView[] = [];
  readonly live: LiveCallView[] = [];
  /** Signs that something must be said again. */
  readonly asked: { callId: string; party: string }[] = [];
  readonly callbacks: CallbackView[] = [];
  hasEnded = false;
  readonly #base: string;
  readonly #origin: string;
  #cookie = '';
  #socket: Socket<ServerToClientEvents, ClientToServerEvents> | null = null;

  constructor(base: string, origin: string) {
    this.#base = base;
    this.#origin = origin;
  }

  get cookie(): string {
    return this.#cookie;
  }

  async fetch(method: string, path: string, options: { body?: unknown; headers?: Record<string, string> } = {}): Promise<Answer> {
    const response = await fetch(this.#base + path, {
      method,
      headers: {
        origin: this.#origin,
        cookie: this.#cookie,
        ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...options.headers,
      },
      ...(options.body === undefined
        ? {}
        : { body: typeof options.body === 'string' ? options.body : JSON.stringify(options.body) }),
    });
    const setCookie = response.headers.getSetCookie()[0];
    if (setCookie !== undefined) this.#cookie = setCookie.split(';')[0] ?? '';
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    return {
      status: response.status,
      headers: response.headers,
      body: isJson ? await response.json() : Buffer.from(await response.arrayBuffer()),
    };
  }

  async logIn(userNumber: string, password: string): Promise<Answer> {
    return this.fetch('POST', '/api/session', { body: { userNumber, password } });
  }

  /** Opens the socket; rejects with the server's refusal. */
  async connect(): Promise<void> {
    const extraHeaders = { origin: this.#origin, cookie: this.#cookie };
    const socket: Socket<ServerToClientEvents, ClientToServerEvents> = io(this.#base, {
      transports: ['websocket'],
      extraHeaders,
      reconnection: true,
      reconnectionDelay: 50,
    });
    this.#socket = socket;
    socket.on('call:changed', (view) => void this.calls.push(view));
    socket.on('agent:changed', (view) => void this.agents.push(view));
    socket.on('callback:changed', (view) => void this.callbacks.push(view));
    socket.on('joined-call:changed', (view) => void this.joined.push(view));
    socket.on('live-call:changed', (view) => void this.live.push(view));
    socket.on('call:asked-to-repeat', (sign) => void this.asked.push(sign));
    socket.on('session:ended', () => (this.hasEnded = true));
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', reject);
    });
  }

  /** The socket itself, for sending what no well-behaved browser sends. */
  get socket(): Socket {
    if (this.#socket === null) throw new Error('not connected');
    return this.#socket; // the untyped map allows malformed commands
  }

  /** Sends a command and answers the acknowledgement. */
  async send<T = CallView>(event: string, ...args: unknown[]): Promise<Ack<T>> {
    const reply: unknown = await this.socket.timeout(8_000).emitWithAck(event, ...args);
    return reply as Ack<T>; // what the server sends is what is being tested
  }

  /** The last news of a call, as the screen would show it. */
  latest(callId: string): CallView | undefined {
    return this.calls
      .filter((view) => view.id === callId)
      .sort((a, b) => a.version - b.version)
      .at(-1);
  }

  /** The last news of a call of others that this person takes part in. */
  latestJoined(callId: string): JoinedCallView | undefined {
    return this.joined
      .filter((view) => view.callId === callId)
      .sort((a, b) => a.version - b.version)
      .at(-1);
  }

  /** The last news of a call on the screen of those who watch. */
  latestLive(callId: string): LiveCallView | undefined {
    return this.live
      .filter((view) => view.id === callId)
      .sort((a, b) => a.version - b.version)
      .at(-1);
  }

  close(): void {
    this.#socket?.disconnect();
  }
}
