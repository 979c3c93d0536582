import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Connection } from 'mongoose';
import { KeyRing } from '#vault/key-ring';
import { UserId } from '#contracts/ids.contract';
import type { ClientToServerEvents, ServerToClientEvents } from '#contracts/socket.contract';
import type { Actor, Person } from './access/actor.ts';
import type { AppRoute, CommandsFor } from './access/declarations.ts';
import { isPermitted, type RequiredPermission } from './access/permission.model.ts';
import { callbackRoutes } from './callbacks/callback.routes.ts';
import { callbackCommands, callbackRoom, callbackRoomsOf } from './callbacks/callback.socket.ts';
import { endStrayDials, restoreBookings, writeMissingRecords } from './calls/call-recovery.ts';
import { callRoutes } from './calls/call.routes.ts';
import { callCommands } from './calls/call.socket.ts';
import { callPartyCommands } from './calls/call-parties.socket.ts';
import { LiveCallNews, watchRoom } from './calls/live-call-news.ts';
import { liveCallRoutes } from './calls/live-call.routes.ts';
import { liveCallCommands } from './calls/live-call.socket.ts';
import { caseRoutes } from './cases/case.routes.ts';
import type { ServerConfig } from './config.ts';
import { directoryRoutes } from './directory/directory.routes.ts';
import { createFeatures, type Features } from './features.ts';
import { systemClock, type Clock } from './platform/clock.ts';
import { currentContext } from './platform/context.ts';
import { connectMongo } from './platform/database/mongo.ts';
import { createBlockingRedis, createRedis, type Redis } from './platform/database/redis.ts';
import { DomainError, describeError } from './platform/errors.ts';
import { readCookie } from './platform/http/cookies.ts';
import { livenessProbe, readinessProbe } from './platform/http/health.ts';
import { createHttpApp, type Authorise } from './platform/http/http-app.ts';
import { OriginPolicy } from './platform/http/origin.ts';
import type { Logger } from './platform/logging/logger.ts';
import { SocketServer } from './platform/sockets/socket-server.ts';
import { recordingBookRoutes, recordingRoutes } from './recordings/recording.routes.ts';
import { recordingCommands } from './recordings/recording.socket.ts';
import { RECORDING_ALARM_ROOM } from './recordings/recording-alarms.ts';
import { openStores, type Stores } from './stores.ts';
import { FactConsumer } from './telephony/fact-consumer.ts';
import { COMMAND_LIFE_MS, GatewayLink } from './telephony/gateway-link.ts';
import { GatewayNewsListener } from './telephony/gateway-news.ts';
import { telephonyRoutes } from './telephony/telephony.routes.ts';
import { agentCommands } from './users/agent.socket.ts';
import { SESSION_COOKIE, sessionRoutes } from './users/session.routes.ts';
import { WALLBOARD_ROOM } from './wallboard/wallboard.service.ts';
import { wallboardRoutes } from './wallboard/wallboard.routes.ts';
import { wallboardCommands } from './wallboard/wallboard.socket.ts';

const QUEUE_REVIEW_MS = 1_000;
const MISSED_CALLS_REVIEW_MS = 10_000;
const PRESENCE_REVIEW_MS = 3_000;
const GATEWAY_REVIEW_MS = 5_000;
const AUDIT_REVIEW_MS = 20_000;
const RETENTION_REVIEW_MS = 300_000;
const DRAIN_MS = 5_000;

type Sockets = SocketServer<RequiredPermission, Actor, ServerToClientEvents>;

/** Every HTTP route of the server. */
export function listRoutes(features: Features, options: { isTls: boolean }): AppRoute[] {
  return [
    ...sessionRoutes(features.sessions, features.credentials, options),
    ...caseRoutes(features.cases),
    ...callbackRoutes(features.callbacks),
    ...callRoutes(features.calls),
    ...liveCallRoutes(features.joinedCalls, features.supervision),
    ...directoryRoutes(features.directory),
    ...telephonyRoutes(features.gateways),
    ...recordingRoutes(features.recordings),
    ...recordingBookRoutes(features.recordings, features.recordingAlarms, features.recordingUpkeep),
    ...wallboardRoutes(features.wallboard),
  ];
}

/** Every socket command of the server; the contract's event map decides which there must be. */
export function listCommands(features: Features): CommandsFor<ClientToServerEvents> {
  return {
    ...callCommands(features.calls, features.dialler),
    ...callPartyCommands(features.callParties),
    ...liveCallCommands(features.joinedCalls, features.supervision),
    ...callbackCommands(features.callbacks),
    ...agentCommands(features.agents),
    ...wallboardCommands(features.wallboard),
    ...recordingCommands(features.recordingAlarms),
  };
}

/** The running server: made by `start`, ended by `close`. */
export class App {
  readonly #config: ServerConfig;
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #redis: Redis;
  readonly #newsRedis: Redis;
  readonly #mongo: Connection;
  readonly #stores: Stores;
  readonly #link: GatewayLink;
  readonly #gatewayNews: GatewayNewsListener;
  readonly #liveNews: LiveCallNews;
  readonly #consumer: FactConsumer;
  readonly #http: Server;
  readonly #sockets: Sockets;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly features: Features;

  private constructor(parts: {
    config: ServerConfig;
    logger: Logger;
    clock: Clock;
    mongo: Connection;
    stores: Stores;
    keys: KeyRing;
    signingKey: KeyObject;
    redis: Record<'requests' | 'news' | 'replies' | 'facts' | 'gatewayNews', Redis>;
  }) {
    const { config, logger, clock, mongo, stores, keys, signingKey, redis } = parts;
    [this.#config, this.#logger, this.#clock, this.#mongo, this.#stores] = [config, logger, clock, mongo, stores];
    [this.#redis, this.#newsRedis] = [redis.requests, redis.news];
    this.#link = new GatewayLink({ redis: redis.requests, blocking: redis.replies }, logger, clock);
    this.#gatewayNews = new GatewayNewsListener(redis.gatewayNews, logger);
    this.features = createFeatures({
      config,
      stores,
      redis: redis.requests,
      gateway: this.#link,
      clock,
      logger,
      keys,
      signingKey,
      version: readVersion(),
      endConnections: (sessionKey) => this.#sockets.endSession(`session:${sessionKey}`),
      hasOtherConnections: (userId, sessionKey) => this.#sockets.hasConnections(`user:${userId}`, `session:${sessionKey}`),
      showRecordingAlarms: (alarms) => this.#sockets.tell(RECORDING_ALARM_ROOM, 'recordings:alarms', alarms),
      showWallboard: (board) => this.#sockets.tell(WALLBOARD_ROOM, 'wallboard:changed', board),
    });
    this.#consumer = new FactConsumer(
      { redis: redis.requests, blocking: redis.facts },
      stores.facts,
      (envelope) => this.features.facts.apply(envelope),
      logger,
    );
    const origins = new OriginPolicy(config.PUBLIC_ORIGIN);
    this.#http = this.#createHttp(origins);
    this.#sockets = this.#createSockets(origins);
    this.#liveNews = new LiveCallNews({
      calls: stores.calls,
      supervision: this.features.supervision,
      quality: this.features.quality,
      tell: (room, event, news, except) => this.#sockets.tellOthers(room, except, event, ...([news] as never)), // one payload each
      logger,
    });
    this.#wireNews();
  }

  /** Connects to MongoDB and Redis and begins to listen. Rejects when MongoDB or the port cannot be had. */
  static async start(config: ServerConfig, logger: Logger, clock: Clock = systemClock): Promise<App> {
    const keys = await KeyRing.load(config.VAULT_KEY_FILE);
    const signingKey = createPrivateKey(readFileSync(config.SIGNING_KEY_FILE));
    const redis = {
      requests: createRedis(config.REDIS_URL, logger),
      news: createBlockingRedis(config.REDIS_URL, logger),
      replies: createBlockingRedis(config.REDIS_URL, logger),
      facts: createBlockingRedis(config.REDIS_URL, logger),
      gatewayNews: createBlockingRedis(config.REDIS_URL, logger),
    };
    await Promise.all(Object.values(redis).map((client) => client.connect()));
    const mongo = await connectMongo(config.MONGODB_URI, logger);
    const app = new App({ config, logger, clock, mongo, stores: await openStores(mongo), keys, signingKey, redis });
    await app.#begin();
    return app;
  }

  /** The port in use, also when the system chose it. */
  get port(): number {
    const address = this.#http.address();
    return typeof address === 'object' && address !== null ? address.port : this.#config.HTTP_PORT;
  }

  get stores(): Stores {
    return this.#stores;
  }

  /** Takes no new work, finishes what is under way, and lets go of everything. */
  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    const force = setTimeout(() => this.#http.closeAllConnections(), DRAIN_MS);
    await this.#sockets.close();
    clearTimeout(force);
    this.features.wallboard.stop();
    this.#liveNews.stop();
    this.#gatewayNews.stop();
    await Promise.all([this.#consumer.stop(), this.#link.stop()]);
    await this.#mongo.close();
    this.#redis.destroy();
    this.#newsRedis.destroy();
  }

  async #begin(): Promise<void> {
    await restoreBookings(this.#stores.calls, this.features.changes, this.features.agents);
    this.#link.start();
    this.#consumer.start();
    await this.#gatewayNews.start((news) => this.#liveNews.noteQuality(news));
    await this.#writeMissingRecords();
    this.#once(COMMAND_LIFE_MS, () => this.#endStrayDials());
    this.#repeat(QUEUE_REVIEW_MS, () => this.features.queue.review());
    void this.features.missedCalls.review();
    this.#repeat(MISSED_CALLS_REVIEW_MS, () => this.features.missedCalls.review());
    this.#repeat(PRESENCE_REVIEW_MS, () => this.features.agents.reviewPresence());
    this.#repeat(AUDIT_REVIEW_MS, () => this.features.auditIntents.settleInterrupted());
    this.#repeat(RETENTION_REVIEW_MS, () => this.features.recordingUpkeep.reviewNight());
    this.#repeat(GATEWAY_REVIEW_MS, () => this.#endLostCalls());
    await new Promise<void>((resolve, reject) => {
      this.#http.once('error', reject);
      this.#http.listen(this.#config.HTTP_PORT, this.#config.HTTP_HOST, resolve);
    });
  }

  #createHttp(origins: OriginPolicy): Server {
    const { TLS_CERT_FILE, TLS_KEY_FILE, CLIENT_DIR, PHONE_WEBSOCKET_URI } = this.#config;
    const isTls = TLS_CERT_FILE !== undefined && TLS_KEY_FILE !== undefined;
    const app = createHttpApp({
      routes: listRoutes(this.features, { isTls }),
      authorise: this.#authorise,
      origins,
      logger: this.#logger,
      connectUris: [PHONE_WEBSOCKET_URI],
      isTls,
      clientFolder: CLIENT_DIR,
      probes: { '/healthz': livenessProbe, '/readyz': this.#readiness() },
    });
    return isTls
      ? createHttpsServer({ cert: readFileSync(TLS_CERT_FILE), key: readFileSync(TLS_KEY_FILE) }, app)
      : createHttpServer(app);
  }

  #createSockets(origins: OriginPolicy): Sockets {
    const { sessions, agents } = this.features;
    return new SocketServer(this.#http, {
      redis: this.#newsRedis,
      origins,
      logger: this.#logger,
      commands: listCommands(this.features),
      authorise: this.#authorise,
      admit: async (cookies, address) => {
        const actor = await sessions.identify(readCookie(cookies, SESSION_COOKIE), address);
        if (actor.kind !== 'person') throw new DomainError('session.required');
        return {
          userId: actor.userId,
          rooms: [`user:${actor.userId}`, `session:${actor.sessionKey}`, ...roomsToWatch(actor), ...callbackRoomsOf(actor)],
        };
      },
      isAlive: (cookies) => sessions.isAlive(readCookie(cookies, SESSION_COOKIE)),
      connected: async (userId) => {
        const id = UserId.parse(userId);
        await agents.connected(id);
        this.#sockets.tell(`user:${userId}`, 'agent:changed', await agents.view(id));
      },
      disconnected: (userId) => agents.disconnected(UserId.parse(userId)),
    });
  }

  /** Finds out who calls and passes the one gate. */
  readonly #authorise: Authorise<RequiredPermission, Actor> = async (call, work) => {
    const actor = await this.features.sessions.identify(readCookie(call.cookies, SESSION_COOKIE), call.address);
    const context = currentContext();
    if (context !== undefined && actor.kind === 'person') context.userId = actor.userId;
    const useCase = { permission: call.permission, action: call.action, subject: () => call.subject(actor) };
    return this.features.useCases.run(useCase, actor, () => work(actor));
  };

  /** Who hears of what: each desk of its own call and state, watchers of the board. */
  #wireNews(): void {
    const { events, wallboard, queue, missedCalls } = this.features;
    events.on('agent.changed', (view) => {
      this.#sockets.tell(`user:${view.userId}`, 'agent:changed', view);
      wallboard.refresh();
      if (view.state === 'ready' && view.phoneReady) void queue.review();
    });
    events.on('agent.went-offline', ({ userId }) => queue.withdrawFrom(userId));
    events.on('call.changed', ({ agentId, view }) => {
      if (agentId !== null && view !== null) this.#sockets.tell(`user:${agentId}`, 'call:changed', view);
      wallboard.refresh();
    });
    events.on('call.moved', (move) => this.#liveNews.show(move));
    events.on('call.asked-to-repeat', (sign) => this.#liveNews.showAsked(sign));
    // For the desk it left the call is over, whatever becomes of it elsewhere.
    events.on('call.withdrawn', ({ agentId, view }) =>
      this.#sockets.tell(`user:${agentId}`, 'call:changed', { ...view, phase: 'done', candidates: [] }),
    );
    events.on('call.moved', ({ after }) => {
      if (after.phase === 'talking' || after.phase === 'done') void missedCalls.review();
    });
    events.on('callback.changed', (callback) =>
      this.#sockets.tell(callbackRoom(callback.category.code), 'callback:changed', callback),
    );
    events.on('case.changed', ({ caseId, assignedTo }) => {
      if (assignedTo !== null) this.#sockets.tell(`user:${assignedTo}`, 'cases:changed', { caseId });
      wallboard.refresh();
    });
  }

  async #endLostCalls(): Promise<void> {
    const at = this.#clock.now().toISOString();
    for (const gatewayId of await this.features.gateways.listLost()) await this.features.callFacts.endCallsOf(gatewayId, at);
  }

  #writeMissingRecords(): Promise<void> {
    const { calls, accounts } = this.#stores;
    const { cases, calls: service } = this.features;
    return writeMissingRecords({ calls, accounts, cases, service, clock: this.#clock });
  }

  #endStrayDials(): Promise<void> {
    return endStrayDials({ calls: this.#stores.calls, changes: this.features.changes, gateway: this.#link, clock: this.#clock });
  }

  #readiness(): ReturnType<typeof readinessProbe> {
    return readinessProbe({
      mongodb: async () => {
        if (this.#mongo.db === undefined) return { isReady: false, detail: 'not connected' };
        await this.#mongo.db.admin().ping();
        return { isReady: true, detail: 'answers' };
      },
      redis: async () => ({ isReady: (await this.#redis.ping()) === 'PONG', detail: 'answers' }),
      gateways: () => this.features.gateways.checkHealth(),
    });
  }

  #repeat(everyMs: number, work: () => Promise<void>): void {
    this.#timers.push(setInterval(() => void this.#check(work), everyMs));
  }

  #once(afterMs: number, work: () => Promise<void>): void {
    this.#timers.push(setTimeout(() => void this.#check(work), afterMs));
  }

  async #check(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#logger.warn(describeError(error), 'A check of the server failed.');
    }
  }
}

/** The calls of which categories this person's screen hears of. */
const roomsToWatch = ({ role, categories }: Person): string[] =>
  isPermitted(role, 'calls.watch') ? categories.map(watchRoom) : [];

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const version = typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : undefined;
  return typeof version === 'string' ? version : '0.0.0';
}
