import { CallId } from '#contracts/ids.contract';
import { SYSTEM_SCOPE } from '../platform/database/scope-guard.ts';
import type { AgentService } from '../users/agent.service.ts';
import type { CallChanges } from './call-changes.ts';
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
    if (booked === null || booked.phase === 'done' || booked.agentId !== userId) await agents.release(userId, callId);
  }
}
