import { agentState, canTakeCall, changeAgent, longestReady, newAgentRecord, type AgentRecord } from './agent-state.model.ts';

const at = '2026-11-24T01:00:00.000Z';
const later = '2026-11-24T01:05:00.000Z';
const connected = (change: Partial<AgentRecord> = {}): AgentRecord => ({
  ...newAgentRecord(),
  isConnected: true,
  isPhoneReady: true,
  since: at,
  ...change,
});

describe('the state of an agent', () => {
  it('is offline without a browser', () => {
    expect(agentState(newAgentRecord())).toBe('offline');
  });

  it('is what was chosen while no call occupies the agent', () => {
    expect(agentState(connected({ chosen: 'away' }))).toBe('away');
  });

  it('follows the call even when the browser is away for a moment', () => {
    expect(agentState(connected({ isConnected: false, call: { id: 'c1', state: 'talking' } }))).toBe('talking');
  });

  it('begins anew only when it changes', () => {
    const away = changeAgent(connected(), { chosen: 'away' }, later);
    expect(away.since).toBe(later);
    expect(changeAgent(away, { isPhoneReady: false }, '2026-11-24T02:00:00.000Z').since).toBe(later);
  });

  it('keeps its version when nothing changed', () => {
    const record = connected();
    expect(changeAgent(record, { isConnected: true }, later)).toBe(record);
  });
});

describe('choosing an agent for an inbound call', () => {
  it('passes over those whose phone is not connected', () => {
    expect(canTakeCall(connected({ isPhoneReady: false }))).toBeFalse();
  });

  it('takes the one who has been ready longest', () => {
    const early = { userId: 'b', record: connected() };
    const late = { userId: 'a', record: connected({ since: later }) };
    const busy = { userId: 'c', record: connected({ since: '2026-11-24T00:00:00.000Z', call: { id: 'c1', state: 'wrap-up' } }) };
    expect(longestReady([late, busy, early])).toBe(early);
  });

  it('finds nobody when nobody is ready', () => {
    expect(longestReady([{ userId: 'a', record: newAgentRecord() }])).toBeNull();
  });
});
