import type { AgentState, AwayReason } from '#contracts/users.contract';

/** What an agent's state follows from. */
export interface AgentRecord {
  version: number;
  /** What the agent chose; counts while no call does. */
  chosen: 'ready' | 'away';
  /** Null while ready. */
  awayReason: AwayReason | null;
  isConnected: boolean;
  isPhoneReady: boolean;
  /** The call that occupies the agent, with what it means for the state. */
  call: { id: string; state: 'ringing' | 'talking' | 'wrap-up' } | null;
  /** When the present state began, ISO 8601. */
  since: string;
}

export const newAgentRecord = (): AgentRecord => ({
  version: 0,
  chosen: 'ready',
  awayReason: null,
  isConnected: false,
  isPhoneReady: false,
  call: null,
  since: new Date(0).toISOString(),
});

/** A call wins over everything; without one an absent browser means offline. */
export function agentState(record: AgentRecord): AgentState {
  if (record.call !== null) return record.call.state;
  return record.isConnected ? record.chosen : 'offline';
}

/** Applies a change: counts the version up when anything changed and restarts `since` when the state did. */
export function changeAgent(
  record: AgentRecord,
  change: Partial<Omit<AgentRecord, 'version' | 'since'>>,
  at: string,
): AgentRecord {
  const next = { ...record, ...change };
  const isSame =
    next.chosen === record.chosen &&
    next.awayReason === record.awayReason &&
    next.isConnected === record.isConnected &&
    next.isPhoneReady === record.isPhoneReady &&
    next.call?.id === record.call?.id &&
    next.call?.state === record.call?.state;
  if (isSame) return record;
  return { ...next, version: record.version + 1, since: agentState(next) === agentState(record) ? record.since : at };
}

/** May this agent be offered an inbound call? */
export function canTakeCall(record: AgentRecord): boolean {
  return agentState(record) === 'ready' && record.isPhoneReady;
}

/** Takes calls: ready for one with a phone, or busy with one. */
export function isOnDuty(record: AgentRecord): boolean {
  return record.call !== null || canTakeCall(record);
}

/** The one who has been ready longest; equal waits by user id, so that every server picks the same. */
export function longestReady<Agent extends { userId: string; record: AgentRecord }>(agents: readonly Agent[]): Agent | null {
  const ready = agents.filter((agent) => canTakeCall(agent.record));
  ready.sort((a, b) => a.record.since.localeCompare(b.record.since) || a.userId.localeCompare(b.userId));
  return ready[0] ?? null;
}
