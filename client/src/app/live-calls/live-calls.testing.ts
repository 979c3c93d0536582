import type { CallId, CategoryCode, UserId } from '#contracts/ids.contract';
import type { JoinedCallView, LiveCallView } from '#contracts/live-calls.contract';
import type { PartyId, PartyView } from '#contracts/parties.contract';

// Branded ids are plain strings at run time; only the server makes real ones.
export const aParty = (id: string, change: Partial<PartyView> = {}): PartyView => ({
  id: id as PartyId,
  role: 'agent',
  userId: null,
  label: '',
  standing: 'present',
  isMuted: false,
  isHeld: false,
  isPrivate: false,
  volume: 1,
  supervision: null,
  ...change,
});

const CATEGORY = {
  code: '01' as CategoryCode,
  name: { ja: '国民健康保険料', en: 'National health insurance' },
  shortName: { ja: '国保', en: 'NHI' },
  callerIdDisplay: '022-000-1100',
};

export const aJoinedCall = (change: Partial<JoinedCallView> = {}): JoinedCallView => ({
  callId: 'call-1' as CallId,
  version: 1,
  party: 'p3' as PartyId,
  role: 'interpreter',
  standing: 'present',
  reason: null,
  agentName: '佐藤 美咲',
  category: CATEGORY,
  direction: 'outbound',
  startedAt: '2026-12-18T05:28:00.000Z',
  joinedAt: '2026-12-18T05:30:00.000Z',
  parties: [
    aParty('agent', { label: '佐藤 美咲' }),
    aParty('resident', { role: 'resident' }),
    aParty('p3', { role: 'interpreter', label: 'SHRESTHA ANITA' }),
  ],
  isPrivate: false,
  ...change,
});

export const aLiveCall = (change: Partial<LiveCallView> = {}): LiveCallView => ({
  id: 'call-1' as CallId,
  version: 1,
  direction: 'outbound',
  phase: 'talking',
  agent: { userId: 'k1207' as UserId, name: '佐藤 美咲', seat: '席07' },
  category: CATEGORY,
  startedAt: '2026-12-18T05:28:00.000Z',
  answeredAt: '2026-12-18T05:28:10.000Z',
  parties: [aParty('agent', { label: '佐藤 美咲' }), aParty('resident', { role: 'resident' })],
  recording: 'recording',
  isRecordingPaused: false,
  quality: [],
  supervision: null,
  ...change,
});
