import { UseCases } from './access/use-cases.ts';
import { AuditIntents } from './audit/audit-intents.ts';
import { AuditLog } from './audit/audit-log.ts';
import { Bookings } from './calls/bookings.ts';
import type { CallbackEvents } from './callbacks/callback.events.ts';
import { CallbackService } from './callbacks/callback.service.ts';
import { MissedCalls } from './callbacks/missed-calls.ts';
import { CallChanges } from './calls/call-changes.ts';
import { CallFacts } from './calls/call-facts.ts';
import { CallPartyService } from './calls/call-parties.service.ts';
import { CallQuality } from './calls/call-quality.ts';
import { CallQueue } from './calls/call-queue.ts';
import { CallStandings } from './calls/call-standing.ts';
import type { CallEvents } from './calls/call.events.ts';
import type { TelephoneGateway } from './calls/call.ports.ts';
import { CallService } from './calls/call.service.ts';
import { Dialler } from './calls/dialler.ts';
import { Invitations } from './calls/invitations.ts';
import { JoinedCallService } from './calls/joined-call.service.ts';
import { SupervisionService } from './calls/supervision.service.ts';
import type { CaseEvents } from './cases/case.events.ts';
import { CaseService } from './cases/case.service.ts';
import type { ServerConfig } from './config.ts';
import type { KeyObject } from 'node:crypto';
import type { RecordingAlarm } from '#contracts/recordings.contract';
import { SYSTEM_SCOPE } from './platform/database/scope-guard.ts';
import { DirectoryService } from './directory/directory.service.ts';
import type { KeyRing } from '#vault/key-ring';
import type { Clock } from './platform/clock.ts';
import type { Redis } from './platform/database/redis.ts';
import { EventHub } from './platform/events.ts';
import type { Logger } from './platform/logging/logger.ts';
import { readQueueRules } from './queue/queue-rules.ts';
import { WaitForecast } from './queue/wait-forecast.ts';
import { RecordingAlarms } from './recordings/recording-alarms.ts';
import { RecordingFacts } from './recordings/recording-facts.ts';
import { RecordingUpkeep } from './recordings/recording-upkeep.ts';
import { readRetention } from './recordings/retention.model.ts';
import { RecordingArchive } from './recordings/recording-archive.ts';
import { RecordingService } from './recordings/recording.service.ts';
import type { Stores } from './stores.ts';
import { FactRouter } from './telephony/fact-router.ts';
import { GatewayWatch } from './telephony/gateway-watch.ts';
import { PhoneLine } from './telephony/phone-line.ts';
import type { AgentEvents } from './users/agent.events.ts';
import { AgentService } from './users/agent.service.ts';
import { LoginThrottle } from './users/login-throttle.ts';
import { PhoneCredentials } from './users/phone-credentials.ts';
import { PhoneFacts } from './users/phone-facts.ts';
import { SessionService } from './users/session.service.ts';
import { SessionStore } from './users/session.store.ts';
import { WallboardService } from './wallboard/wallboard.service.ts';
import type { UserId } from '#contracts/ids.contract';
import type { WallboardView } from '#contracts/wallboard.contract';

export type AppEvents = AgentEvents & CallbackEvents & CallEvents & CaseEvents;

export interface FeatureParts {
  config: ServerConfig;
  stores: Stores;
  redis: Redis;
  gateway: TelephoneGateway;
  clock: Clock;
  logger: Logger;
  /** Opens what the gateway has sealed. */
  keys: KeyRing;
  /** Ed25519; signs the certificates of exported recordings. */
  signingKey: KeyObject;
  /** The product's version, for the log-in screen. */
  version: string;
  endConnections: (sessionKey: string) => void;
  hasOtherConnections: (userId: UserId, sessionKey: string) => Promise<boolean>;
  showWallboard: (board: WallboardView) => void;
  showRecordingAlarms: (alarms: RecordingAlarm[]) => void;
}

export type Features = ReturnType<typeof createFeatures>;

/** Builds the use cases; the other half of the composition root beside app.ts. */
export function createFeatures(parts: FeatureParts) {
  const { config, stores, redis, gateway, clock, logger } = parts;
  const events = new EventHub<AppEvents>(logger);
  const audit = new AuditLog(stores.audit, clock);
  const auditIntents = new AuditIntents(stores.auditIntents, audit, clock);
  const useCases = new UseCases(audit, auditIntents);
  const phoneLine = new PhoneLine(gateway, logger);

  const agents = new AgentService(redis, stores.accounts, events, clock);
  const sessionStore = new SessionStore(redis, config.SESSION_SECRET, clock);
  const phoneSettings = { webSocketUri: config.PHONE_WEBSOCKET_URI, sipDomain: config.SIP_DOMAIN };
  const credentials = new PhoneCredentials(redis, sessionStore, phoneSettings, clock);
  const sessions = new SessionService({
    accounts: stores.accounts,
    sessions: sessionStore,
    throttle: new LoginThrottle(redis),
    credentials,
    agents,
    phones: phoneLine,
    endConnections: parts.endConnections,
    hasOtherConnections: parts.hasOtherConnections,
    site: { centre: config.CENTRE, isDemo: config.DEMO, callingHours: config.CALLING_HOURS, version: parts.version },
    clock,
  });

  const standings = new CallStandings(stores.calls, clock);
  const cases = new CaseService({
    cases: stores.cases,
    timeline: stores.timeline,
    calls: standings,
    events,
    hours: config.CALLING_HOURS,
    clock,
  });
  const changes = new CallChanges(stores.calls, agents, events);
  const rules = readQueueRules(config.QUEUE_FILE);
  const forecast = new WaitForecast({ calls: stores.calls, agents, clock, handlingSeconds: rules.handlingSeconds });
  const hours = config.CALLING_HOURS;
  const queue = new CallQueue({ calls: stores.calls, changes, agents, forecast, gateway, rules, hours, clock, logger });
  const calls = new CallService({ calls: stores.calls, changes, queue, cases, gateway, clock });
  const bookings = new Bookings(agents, stores.calls);
  const dialler = new Dialler({ calls: stores.calls, changes, cases, agents, bookings, gateway, clock });
  const directory = new DirectoryService({ telephones: stores.directory, accounts: stores.accounts, agents });
  const quality = new CallQuality(clock);
  const callParties = new CallPartyService({
    calls: stores.calls,
    changes,
    bookings,
    invitations: new Invitations(directory),
    gateway,
  });
  const joinedCalls = new JoinedCallService({ calls: stores.calls, changes, gateway, clock });
  const supervision = new SupervisionService({
    calls: stores.calls,
    changes,
    bookings,
    directory,
    quality,
    gateway,
    hidden: config.SUPERVISION_HIDDEN,
    clock,
  });
  const callFacts = new CallFacts({ calls: stores.calls, changes, queue, cases, gateway, people: directory, events, logger });
  const missedCalls = new MissedCalls({ callbacks: stores.callbacks, calls: stores.calls, changes, events, clock, logger });
  const callbacks = new CallbackService({ callbacks: stores.callbacks, cases, dialler, events, hours, clock });
  const phoneFacts = new PhoneFacts({ accounts: stores.accounts, agents, useCases, audit, phones: phoneLine });
  const recordingAlarms = new RecordingAlarms(stores.recordingAlarms, parts.showRecordingAlarms, clock);
  const recordingFacts = new RecordingFacts({
    recordings: stores.recordings,
    alarms: recordingAlarms,
    findCall: (id) => stores.calls.find(SYSTEM_SCOPE, id),
    logger,
  });
  const facts = new FactRouter({ calls: callFacts, queue, phones: phoneFacts, recordings: recordingFacts });
  const archive = new RecordingArchive(config.RECORDINGS_DIR, parts.keys);
  const retention = readRetention(config.RECORDING_RETENTION_DAYS);
  const recordings = new RecordingService({
    calls,
    archive,
    recordings: stores.recordings,
    retention,
    listAgents: () => stores.accounts.listAgents(),
    signingKey: parts.signingKey,
    centre: config.CENTRE,
    clock,
  });
  const recordingUpkeep = new RecordingUpkeep({
    recordings: stores.recordings,
    service: recordings,
    archive,
    retention,
    audit,
    clock,
    logger,
  });
  const wallboard = new WallboardService({ cases, calls, agents, show: parts.showWallboard, clock, logger });

  return {
    events,
    auditIntents,
    useCases,
    agents,
    credentials,
    sessions,
    cases,
    changes,
    queue,
    missedCalls,
    callbacks,
    calls,
    dialler,
    callParties,
    joinedCalls,
    supervision,
    quality,
    directory,
    gateways: new GatewayWatch(redis, clock),
    callFacts,
    facts,
    recordings,
    recordingAlarms,
    recordingUpkeep,
    wallboard,
  };
}
