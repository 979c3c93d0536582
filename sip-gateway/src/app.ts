import { randomBytes, randomUUID } from 'node:crypto';
import Srf from 'drachtio-srf';
import type { Logger } from 'pino';
import { CallId } from '#contracts/ids.contract';
import { AdminServer } from './admin/admin-server.ts';
import { CallRegistry } from './call/call-registry.ts';
import { CommandDesk } from './call/command-desk.ts';
import { countPackets, routeMixerEvents } from './call/mixer-events.ts';
import type { Config } from './config.ts';
import { DrachtioTrunk } from './drachtio/drachtio-trunk.ts';
import { LiveLegs } from './drachtio/live-legs.ts';
import { SipConnection } from './drachtio/sip-connection.ts';
import { SipFront } from './drachtio/sip-front.ts';
import { MixerProcess } from './mixer/mixer-process.ts';
import { DiskWatch } from './recorder/disk-watch.ts';
import { Gatekeeper } from './phones/gatekeeper.ts';
import { NonceMint } from './phones/nonce-mint.ts';
import { PhoneBook } from './phones/phone-book.ts';
import { Registrar } from './phones/registrar.ts';
import { RtpengineControl } from './rtpengine/rtpengine-control.ts';
import { RtpengineMedia, anchorPrefix } from './rtpengine/rtpengine-media.ts';
import { RtpengineWatch } from './rtpengine/rtpengine-watch.ts';
import { CommandConsumer } from './server-link/command-consumer.ts';
import { CrashRecovery } from './server-link/crash-recovery.ts';
import { FactJournal } from './server-link/fact-journal.ts';
import { FactPublisher } from './server-link/fact-publisher.ts';
import { publishQuality } from './server-link/news-publisher.ts';
import { findSealedOf } from './server-link/find-sealed.ts';
import { Heartbeat } from './server-link/heartbeat.ts';
import { RedisCredentials } from './server-link/redis-credentials.ts';
import { createRedis } from './server-link/redis-link.ts';
import type { Redis } from './server-link/redis-link.ts';
import { systemClock } from './system-clock.ts';
import { loadTrunks } from './trunk/trunk-file.ts';
import { TrunkGroup } from './trunk/trunk-group.ts';
import { TrunkWatch } from './trunk/trunk-watch.ts';

export interface Gateway {
  /** The port that serves /healthz and /state. */
  readonly adminPort: number;
  /** Ends every call and phone, tells the server, and lets go of everything. */
  close(): Promise<void>;
}

/** Redis may be down while we start; then its facts wait in the journal. */
const REDIS_PATIENCE_MS = 3_000;
/** Calls that are told to end have this long to close their recordings. */
const DRAIN_MS = 8_000;
const LAST_PUBLISH_MS = 1_000;
/** Taking a registration back is a courtesy. */
const LAST_REQUESTS_MS = 2_000;

const clock = systemClock;

/** What to undo, in reverse order, when the gateway stops or cannot start. */
class Undo {
  readonly #steps: (() => unknown)[] = [];

  add(step: () => unknown): void {
    this.#steps.push(step);
  }

  async all(): Promise<void> {
    for (const step of this.#steps.splice(0).reverse()) {
      // One part that will not stop must not keep the others running.
      await Promise.resolve()
        .then(step)
        .catch(() => undefined);
    }
  }
}

/** Puts the gateway together and starts it. Rejects, with nothing left running, when a part it needs cannot be had. */
export async function startGateway(config: Config, log: Logger): Promise<Gateway> {
  const undo = new Undo();
  try {
    const link = await openServerLink(config, log, undo);
    const telephony = await buildTelephony(config, log, link, undo);
    await clearUp(config, log, link, telephony, undo);
    return await serve(config, log, link, telephony, undo);
  } catch (error) {
    await undo.all();
    throw error;
  }
}

type ServerLink = Awaited<ReturnType<typeof openServerLink>>;
type Telephony = Awaited<ReturnType<typeof buildTelephony>>;

/** Journal, facts and heartbeat. Redis itself connects whenever it can. */
async function openServerLink(config: Config, log: Logger, undo: Undo) {
  const writer = createRedis(config.REDIS_URL, log);
  const reader = createRedis(config.REDIS_URL, log);
  for (const redis of [writer, reader]) undo.add(() => redis.destroy());
  const journal = await FactJournal.open({
    file: config.JOURNAL_FILE,
    gatewayId: config.GATEWAY_ID,
    clock,
    onTrouble: (trouble) => {
      log.error({ trouble }, 'The fact journal changed its health');
    },
  });
  undo.add(() => journal.close());
  const facts = new FactPublisher(journal, writer, config.GATEWAY_ID, log);
  const heartbeat = new Heartbeat(writer, config.GATEWAY_ID, clock);
  for (const redis of [writer, reader]) redis.connect().catch(() => undefined);
  return { writer, reader, journal, facts, heartbeat };
}

/** Calls, phones and what they work with; nothing runs yet. */
async function buildTelephony(config: Config, log: Logger, { writer, facts, heartbeat }: ServerLink, undo: Undo) {
  const mixer = new MixerProcess({
    address: config.MIXER_ADDRESS,
    portMin: config.MIXER_PORT_MIN,
    portMax: config.MIXER_PORT_MAX,
    workers: config.MIXER_WORKERS,
    ...(config.SOUNDS_DIR !== undefined && { soundsDir: config.SOUNDS_DIR }),
    recordingsDir: config.RECORDINGS_DIR,
    runDir: config.RUN_DIR,
    keyFile: config.VAULT_KEY_FILE,
    ffmpeg: config.FFMPEG,
    realTime: 'try',
    logger: log,
  });
  const media = buildMedia(config, log, undo);
  const newAnchor = (): string => `${anchorPrefix(config.GATEWAY_ID)}${randomUUID()}`;
  const srf = new Srf();
  const legs = new LiveLegs(log);
  const carriers = await loadTrunks({ file: config.SIP_TRUNKS_FILE, address: config.SIP_TRUNK, peers: config.TRUNK_PEERS });
  const list = carriers.map(({ settings }) => settings);
  const signalling = new DrachtioTrunk(srf, config.SIP_DOMAIN, legs);
  const trunk = new TrunkGroup(list, { signalling, clock, log });
  const trunkWatch = new TrunkWatch(list, { group: trunk, signalling, clock });
  const phones = new PhoneBook({ mixer, media, facts, presence: heartbeat, clock, log, newAnchor }, config.AGENT_GRACE_SECONDS);
  const calls = new CallRegistry({ mixer, media, trunk, facts, clock, log, newAnchor }, config.RECORD, (agent) => {
    phones.noteFree(agent);
  });
  phones.serve(calls);
  mixer.checkAgainst(countPackets(calls, phones, media));
  const gatekeeper = new Gatekeeper(
    { credentials: new RedisCredentials(writer), facts, clock },
    new NonceMint(),
    config.SIP_DOMAIN,
  );
  const registrar = new Registrar(gatekeeper, { facts, clock, onLapsed: (user) => void phones.drop(user) });
  undo.add(() => {
    registrar.close();
  });
  const disk = new DiskWatch(config.RECORDINGS_DIR, clock, (space) => {
    log.info(space, 'The room on the disk of the recordings has another level');
    facts.emit({ type: 'recording.disk', ...space });
  });
  const desk = new CommandDesk(
    calls,
    {
      isReady: (user) => phones.isReady(user),
      drop(user) {
        registrar.forget(user);
        void phones.drop(user);
      },
    },
    () => !config.RECORD || disk.isRoomForRecording(),
  );
  const front = new SipFront(
    srf,
    {
      gatekeeper,
      registrar,
      legs,
      log,
      isDraining: () => desk.isDraining,
      onPhone: (user, leg) => void phones.attach(user, leg),
      takeChannel: (trunkId) => trunk.takeInbound(trunkId),
      onCall: (leg) => {
        calls.arrive(newCallId(), leg);
      },
    },
    { realm: config.SIP_DOMAIN, carriers },
  );
  front.route();
  return { mixer, media, legs, phones, calls, desk, disk, trunk, trunkWatch, sip: new SipConnection(srf, legs, log) };
}

function buildMedia(config: Config, log: Logger, undo: Undo): RtpengineMedia {
  const control = new RtpengineControl({ host: config.RTPENGINE_HOST, port: config.RTPENGINE_NG_PORT }, clock);
  undo.add(() => {
    control.close();
  });
  return new RtpengineMedia(control, {
    prefix: anchorPrefix(config.GATEWAY_ID),
    interfaces: { browser: config.RTPENGINE_BROWSER_INTERFACE ?? null, core: config.RTPENGINE_CORE_INTERFACE ?? null },
    log,
  });
}

/** Starts the mixer and ends what an earlier run left behind, before anything new can begin. */
async function clearUp(
  config: Config,
  log: Logger,
  link: ServerLink,
  { mixer, media, calls, phones, disk }: Telephony,
  undo: Undo,
): Promise<void> {
  const { facts, journal } = link;
  const recovery = new CrashRecovery(journal, facts, (callId, answeredAtMs) => findSealedOf(mixer, callId, answeredAtMs));
  facts.listen((fact) => {
    recovery.noteFact(fact);
  });
  mixer.listen(
    routeMixerEvents(calls, phones, (recording) => {
      recovery.noteRepaired(recording);
    }),
  );
  mixer.listen({
    onRecordingSealed: (recording) => {
      recovery.noteSealed(recording);
    },
    onRecordingEmpty: (file) => {
      recovery.noteTrouble(file, 'empty');
    },
    onRecordingUnpacked: (file) => {
      recovery.noteTrouble(file, 'unpacked');
    },
  });
  mixer.listen(publishQuality(calls, link.writer));
  await whenReady(link.writer);
  await facts.resume();
  await mixer.start();
  undo.add(() => mixer.close());
  const leftovers = await media.deleteLeftovers();
  const unfinished = await recovery.run();
  facts.emit({ type: 'gateway.started' });
  await disk.start();
  undo.add(() => {
    disk.stop();
  });
  log.info({ leftovers, unfinished, lastFact: journal.lastNumber }, 'What an earlier run left behind is cleared');
}

/** Opens the doors: SIP, commands, health. */
async function serve(config: Config, log: Logger, link: ServerLink, telephony: Telephony, undo: Undo): Promise<Gateway> {
  const { writer, reader, facts, heartbeat } = link;
  const { calls, phones, desk, sip, media, trunk, trunkWatch } = telephony;
  undo.add(() => {
    sip.close();
  });
  await sip.connect({ host: config.DRACHTIO_HOST, port: config.DRACHTIO_PORT, secret: config.DRACHTIO_SECRET });
  trunkWatch.start();
  undo.add(() => within(LAST_REQUESTS_MS, trunkWatch.stop()));
  const watch = new RtpengineWatch(media, clock, () => {
    log.error('rtpengine is lost');
    calls.loseMedia();
    void phones.dropAll();
  });
  watch.start();
  undo.add(() => {
    watch.stop();
  });
  heartbeat.start(
    () => ({ calls: calls.size, draining: desk.isDraining, trunks: trunk.describe() }),
    () => void facts.noteStored(),
  );
  const consumer = new CommandConsumer(
    { reader, writer, clock, log, execute: (command) => desk.execute(command) },
    config.GATEWAY_ID,
  );
  consumer.start();
  const admin = new AdminServer({
    health() {
      const parts = { sip: sip.isConnected, redis: writer.isReady, rtpengine: watch.isAlive };
      // Without Redis running calls go on and facts wait in the journal: worth telling, no reason to be replaced.
      return { ok: parts.sip && parts.rtpengine, ...parts };
    },
    state: () => describeState(link, telephony),
  });
  undo.add(() => admin.close());
  const adminPort = await admin.listen(config.ADMIN_PORT);
  log.info({ adminPort }, 'The SIP gateway is ready');
  const close = async (): Promise<void> => {
    log.info({ calls: calls.size }, 'The SIP gateway is stopping');
    consumer.stop();
    await drain(link, telephony);
    await undo.all();
    log.info('The SIP gateway has stopped');
  };
  return { adminPort, close };
}

async function describeState({ journal }: ServerLink, { calls, phones, legs, mixer, media, trunk }: Telephony): Promise<unknown> {
  const [mixerState, rtpengineCalls] = await Promise.all([mixer.list(), media.count()]);
  return {
    calls: calls.list(),
    trunks: trunk.describe(),
    phones: phones.list().map(({ userId, inCall }) => ({ userId, inCall })),
    dialogs: legs.size,
    mixer: mixerState,
    rtpengineCalls,
    unstoredFacts: journal.backlog,
  };
}

/** Nothing new begins; what runs is ended, recorded to its end, and told. */
async function drain({ facts, journal, heartbeat }: ServerLink, { calls, phones, legs, desk }: Telephony): Promise<void> {
  desk.drain();
  calls.drain();
  await within(DRAIN_MS, calls.whenIdle());
  await within(DRAIN_MS, phones.dropAll());
  await within(DRAIN_MS, legs.whenEmpty());
  await heartbeat.stop();
  await within(LAST_PUBLISH_MS, journal.whenWritten());
  await within(LAST_PUBLISH_MS, facts.flush());
}

/** Begins with the time, so that an operator finds recordings and logs in order. */
const newCallId = (): CallId => CallId.parse(`in-${Date.now().toString(36)}-${randomBytes(6).toString('hex')}`);

async function whenReady(redis: Redis): Promise<void> {
  if (redis.isReady) return;
  const ready = new Promise<void>((resolve) =>
    redis.once('ready', () => {
      resolve();
    }),
  );
  await within(REDIS_PATIENCE_MS, ready);
}

/** Waits for something, but not for ever. */
async function within(limitMs: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([work.catch(() => undefined), limit]);
  clearTimeout(timer);
}
