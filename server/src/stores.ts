import type { Connection } from 'mongoose';
import { AuditIntentStore } from './audit/audit-intent.store.ts';
import { AuditStore } from './audit/audit.store.ts';
import { CallbackStore } from './callbacks/callback.store.ts';
import { CallStore } from './calls/call.store.ts';
import { CaseStore } from './cases/case.store.ts';
import { TimelineStore } from './cases/timeline.store.ts';
import { DirectoryStore } from './directory/directory.store.ts';
import { AlarmStore } from './recordings/alarm.store.ts';
import { RecordingStore } from './recordings/recording.store.ts';
import { FactStore } from './telephony/fact.store.ts';
import { AccountStore } from './users/account.store.ts';

/** Every collection of the server on one connection. */
export interface Stores {
  accounts: AccountStore;
  audit: AuditStore;
  auditIntents: AuditIntentStore;
  callbacks: CallbackStore;
  calls: CallStore;
  cases: CaseStore;
  directory: DirectoryStore;
  facts: FactStore;
  timeline: TimelineStore;
  recordings: RecordingStore;
  recordingAlarms: AlarmStore;
}

/** The collections on a connection, which may still be closed. */
export function createStores(connection: Connection): Stores {
  return {
    accounts: new AccountStore(connection),
    audit: new AuditStore(connection),
    auditIntents: new AuditIntentStore(connection),
    callbacks: new CallbackStore(connection),
    calls: new CallStore(connection),
    cases: new CaseStore(connection),
    directory: new DirectoryStore(connection),
    facts: new FactStore(connection),
    timeline: new TimelineStore(connection),
    recordings: new RecordingStore(connection),
    recordingAlarms: new AlarmStore(connection),
  };
}

/** Opens the collections and makes sure of their indexes. */
export async function openStores(connection: Connection): Promise<Stores> {
  const stores = createStores(connection);
  for (const store of Object.values(stores)) await (store as { createIndexes(): Promise<void> }).createIndexes();
  return stores;
}
