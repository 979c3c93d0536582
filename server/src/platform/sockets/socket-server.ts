import { randomUUID } from 'node:crypto';
import type { Server as HttpServer } from 'node:http';
import { createAdapter } from '@socket.io/redis-streams-adapter';
import { Server, type DefaultEventsMap, type Socket } from 'socket.io';
import type { Ack } from '#contracts/problem.contract';
import { runInContext } from '../context.ts';
import type { Redis } from '../database/redis.ts';
import { DomainError, describeError } from '../errors.ts';
import { normaliseAddress } from '../http/address.ts';
import type { Authorise } from '../http/http-app.ts';
import type { OriginPolicy } from '../http/origin.ts';
import type { Logger } from '../logging/logger.ts';
import { parseInput, toProblem } from '../problem-document.ts';
import type { SocketCommand } from './socket-command.ts';

/** Who a connection belongs to, as the application sees it. */
export interface Admission {
  userId: string;
  /** The rooms this browser hears; chosen here, never by the browser. */
  rooms: readonly string[];
}

export interface SocketServerOptions<Permission extends string, Actor> {
  redis: Redis;
  origins: OriginPolicy;
  logger: Logger;
  commands: Record<string, SocketCommand<Permission, Actor>>;
  authorise: Authorise<Permission, Actor>;
  /** Says who the cookies belong to. Throws session.required. */
  admit(cookies: string | undefined, address: string): Promise<Admission>;
  /** Whether the session still lives; asking is no use of it. */
  isAlive(cookies: string | undefined): Promise<boolean>;
  connected(userId: string): Promise<void>;
  disconnected(userId: string): void;
}

interface SocketData {
  cookies: string | undefined;
  address: string;
  userId: string;
}

/** Commands are checked by the table and news by `tell`, so the untyped maps are the honest ones for the wire. */
type Peer = Socket<DefaultEventsMap, DefaultEventsMap, DefaultEventsMap, SocketData>;

const MAX_MESSAGE_BYTES = 65_536;
const RECOVERY_MS = 120_000;
const SESSION_REVIEW_MS = 20_000;

/**
 * The Socket.IO server: handshake by origin and session, one wrapper around every command
 * (check session and permission, validate, run, acknowledge), news by room through the Redis Streams adapter.
 */
export class SocketServer<Permission extends string, Actor, Events extends object> {
  readonly #options: SocketServerOptions<Permission, Actor>;
  readonly #io: Server<DefaultEventsMap, DefaultEventsMap, DefaultEventsMap, SocketData>;
  readonly #review: NodeJS.Timeout;

  constructor(http: HttpServer, options: SocketServerOptions<Permission, Actor>) {
    this.#options = options;
    this.#io = new Server(http, {
      adapter: createAdapter(guardFireAndForget(options.redis, options.logger), {
        streamName: 'kk:news',
        sessionKeyPrefix: 'kk:news-session:',
      }),
      serveClient: false,
      maxHttpBufferSize: MAX_MESSAGE_BYTES,
      connectionStateRecovery: { maxDisconnectionDuration: RECOVERY_MS, skipMiddlewares: false },
      allowRequest: (request, decide) => decide(null, options.origins.permitsOrigin(request.headers.origin)),
    });
    this.#io.use((socket, next) => void this.#admit(socket, next));
    this.#io.on('connection', (socket) => this.#serve(socket));
    this.#review = setInterval(() => void this.#endDeadSessions(), SESSION_REVIEW_MS);
    this.#review.unref();
  }

  /** Sends news to everybody in a room, on whichever server they are connected to. */
  tell<Name extends keyof Events & string>(
    room: string,
    event: Name,
    ...news: Events[Name] extends (...args: infer Args) => void ? Args : never
  ): void {
    this.#io.to(room).emit(event, ...news);
  }

  /** The same to everybody in the room who is in none of the other rooms. */
  tellOthers<Name extends keyof Events & string>(
    room: string,
    except: readonly string[],
    event: Name,
    ...news: Events[Name] extends (...args: infer Args) => void ? Args : never
  ): void {
    this.#io
      .to(room)
      .except([...except])
      .emit(event, ...news);
  }

  /** Says goodbye to every connection of a room: log-out, expiry, block. */
  endSession(room: string): void {
    this.#io.to(room).emit('session:ended');
    this.#io.in(room).disconnectSockets(true);
  }

  /** Whether anybody is in a room without being in another, on whichever server. */
  async hasConnections(room: string, butNotIn: string): Promise<boolean> {
    return (await this.#io.in(room).except(butNotIn).fetchSockets()).length > 0;
  }

  /** Closes every connection and stops listening for new ones. */
  async close(): Promise<void> {
    clearInterval(this.#review);
    await this.#io.close();
  }

  async #admit(socket: Socket, next: (error?: Error & { data?: unknown }) => void): Promise<void> {
    const cookies = socket.handshake.headers.cookie;
    const address = normaliseAddress(socket.handshake.address);
    try {
      const admission = await this.#options.admit(cookies, address);
      const data: SocketData = { cookies, address, userId: admission.userId };
      Object.assign(socket.data, data);
      await socket.join([...admission.rooms]);
      next();
    } catch (error) {
      const problem = toProblem(error, randomUUID(), this.#options.logger);
      next(Object.assign(new Error(problem.code), { data: problem }));
    }
  }

  #serve(socket: Peer): void {
    const { userId } = socket.data;
    const queues = new Map<string, Promise<void>>();
    socket.use(([event, ...args]) => {
      const name = String(event);
      // One after the other by command name: a later draft must not be overtaken by an earlier one.
      const turn = (queues.get(name) ?? Promise.resolve()).then(() => this.#handle(socket, name, args));
      queues.set(name, turn);
    });
    socket.on('disconnect', () => this.#options.disconnected(userId));
    void this.#notify(() => this.#options.connected(userId));
  }

  /** Never rejects: everything that can go wrong becomes an acknowledgement, if the browser asked for one. */
  async #handle(socket: Peer, name: string, args: unknown[]): Promise<void> {
    const requestId = randomUUID();
    const last = args.at(-1);
    const acknowledge = (reply: Ack<unknown>): void => {
      if (typeof last === 'function') Reflect.apply(last, undefined, [reply]);
    };
    await runInContext({ requestId, userId: socket.data.userId }, async () => {
      try {
        acknowledge({ ok: true, data: await this.#run(socket, name, args[0]) });
        this.#options.logger.debug({ command: name }, 'A command was answered.');
      } catch (error) {
        const problem = toProblem(error, requestId, this.#options.logger);
        this.#options.logger.info(
          { code: problem.code, command: name in this.#options.commands ? name : undefined },
          'A command was refused.',
        );
        acknowledge({ ok: false, problem });
        if (problem.code === 'session.required') this.#endConnection(socket);
      }
    });
  }

  async #run(socket: Peer, name: string, value: unknown): Promise<unknown> {
    const command = Object.hasOwn(this.#options.commands, name) ? this.#options.commands[name] : undefined;
    if (command === undefined) throw new DomainError('request.invalid', 'There is no such command.');
    const input = () => parseInput(command.input, value);
    const { cookies, address } = socket.data;
    const call = {
      permission: command.permission,
      action: command.action,
      subject: () => command.subject(input()),
      cookies,
      address,
    };
    const connection = { join: (room: string) => void socket.join(room) };
    return this.#options.authorise(call, (actor) => command.run(input(), actor, connection));
  }

  #endConnection(socket: Peer): void {
    socket.emit('session:ended');
    socket.disconnect(true);
  }

  /** A session may end while its browser only listens. */
  async #endDeadSessions(): Promise<void> {
    for (const socket of this.#io.of('/').sockets.values()) {
      await this.#notify(async () => {
        if (!(await this.#options.isAlive(socket.data.cookies))) this.#endConnection(socket);
      });
    }
  }

  async #notify(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#options.logger.warn(describeError(error), 'The state of a connection could not be noted or checked.');
    }
  }
}

/** The adapter does not await these two; without Redis their rejections would end the process. */
function guardFireAndForget(redis: Redis, logger: Logger): Redis {
  return new Proxy(redis, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      if (key !== 'set' && key !== 'publish') return value.bind(target) as unknown;
      return async (...args: unknown[]) => {
        try {
          return await (Reflect.apply(value, target, args) as Promise<unknown>); // node-redis commands return promises
        } catch (error) {
          logger.warn(describeError(error), 'News could not be handed to Redis.');
          return null;
        }
      };
    },
  });
}
