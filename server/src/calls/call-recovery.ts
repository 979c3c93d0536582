import { CallId } from '#contracts/ids.contract';
import type { CaseService } from '../cases/case.service.ts';
import type { Clock } from '../platform/clock.ts';
import { SYSTEM_SCOPE } from '../platform/database/scope-guard.ts';
import type { AccountStore } from '../users/account.store.ts';
import type { AgentService } from '../users/agent.service.ts';
import { isHeldBy } from './bookings.ts';
import type { CallChanges } from './call-changes.ts';
import { endAsUnknown } from './call.model.ts';
import { isUnknownCall, type TelephoneGateway } from './call.ports.ts';
import type { CallService } from './call.service.ts';
import type { CallStore } from './call.store.ts';

/** After a start: agents are booked for the calls they are in and for no other. Redis may have lost it, or a crash left half of it. */
export async function restoreBookings(calls: CallStore, changes: CallChanges, agents: AgentService): Promise<void> {
  for (const { userId, callId } of await agents.listBookings()) {
    const current = await calls.findCurrent(userId);
    if (current !== null) {
      await changes.restore(current);
      continue;
    }
    if (callId === null) continue;
    const booked = await calls.find(SYSTEM_SCOPE, CallId.parse(callId));
    if (booked === null || !isHeldBy(booked, userId)) await agents.release(userId, callId);
  }
  for (const call of await calls.listLive(SYSTEM_SCOPE)) if (call.parties.length > 0) await changes.restore(call);
}

interface Stray {
  calls: CallStore;
  changes: CallChanges;
  gateway: TelephoneGateway;
  clock: Clock;
}

/**
 * After a start: ends the calls whose dial command died with the process. Asked is what no running call minds: a call that
 * is only dialled refuses `party.mute` for its state, and only a call that is not there for not being known.
 */
export async function endStrayDials({ calls, changes, gateway, clock }: Stray): Promise<void> {
  for (const { id, gatewayId } of await calls.listDialling()) {
    try {
      await gateway.send(gatewayId, { type: 'party.mute', callId: id, party: null, muted: false });
    } catch (error) {
      const at = clock.now().toISOString();
      if (isUnknownCall(error)) await changes.apply(id, (now) => (now.phase === 'dialling' ? endAsUnknown(now, at) : now));
    }
  }
}

/** A record missing for longer than this was lost to something else than an interruption. */
const REPAIR_MS = 7 * 86_400_000;

interface Unwritten {
  calls: CallStore;
  cases: CaseService;
  service: Pick<CallService, 'writeRecord'>;
  accounts: AccountStore;
  clock: Clock;
}

/** After a start: writes the negotiation records of calls that got their result just before an interruption. */
export async function writeMissingRecords({ calls, cases, service, accounts, clock }: Unwritten): Promise<void> {
  const since = new Date(clock.now().getTime() - REPAIR_MS);
  const [done, written] = await Promise.all([calls.listDone(since), cases.listRecordedCalls(since)]);
  for (const call of done) {
    if (call.agentId === null || written.has(call.id)) continue;
    await service.writeRecord(call, (await accounts.find(call.agentId))?.name ?? '');
  }
}
