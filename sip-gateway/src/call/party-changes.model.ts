import type { UserId } from '#contracts/ids.contract';
import type { PartyId, PartyRole } from '#contracts/parties.contract';
import type { ChannelName } from '#contracts/recordings.contract';
import type { Hearing, LegId, RecordingChannel } from '../ports/mixer.port.ts';
import type { CallCommand, Talking } from './call.model.ts';
import { legOf } from './call.model.ts';
import type { Party } from './conversation.model.ts';
import { whoHearsWhom } from './conversation.model.ts';

/** A party at full voice: neither muted nor on hold. `others` are the parties it joins. */
export const newParty = (
  { id, role, place, standing }: Pick<Party, 'id' | 'role' | 'place' | 'standing'>,
  others: readonly Party[],
): Party => ({
  id,
  role,
  place,
  standing,
  channel: freeChannel(role, others),
  isMuted: false,
  isHeld: false,
  volume: 1,
  supervision: null,
});

export const partyOf = (state: Talking, id: PartyId): Party | undefined => state.parties.find((party) => party.id === id);

export const partyWithPhone = (state: Talking, userId: UserId): Party | undefined =>
  state.parties.find(({ place }) => place.kind === 'phone' && place.userId === userId);

export const replaceParty = (state: Talking, changed: Party): Talking => ({
  ...state,
  parties: state.parties.map((party) => (party.id === changed.id ? changed : party)),
});

/** Gone from the conversation; a private talk with nobody left to talk to is over. */
export function withoutParty(state: Talking, id: PartyId): Talking {
  const remaining = state.privately.filter((member) => member !== id);
  return {
    ...state,
    parties: state.parties.filter((party) => party.id !== id),
    privately: remaining.length < 2 ? [] : remaining,
    heir: state.heir === id ? null : state.heir,
    ownerPartyId: state.ownerPartyId === id ? null : state.ownerPartyId,
  };
}

/** The channel of a party in the recording: its role, numbered from the second of that role on. Who replaces somebody goes on with theirs. */
function freeChannel(role: PartyRole, others: readonly Party[]): ChannelName {
  const taken = new Set(others.map(({ channel }) => channel));
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? role : `${role}-${number}`;
    if (!taken.has(name)) return name;
  }
}

/** Tells the mixer who hears whom now. Before the resident's media flows nobody hears anybody. */
export function hear(state: Talking): CallCommand[] {
  if (!state.isConnected) return [];
  const legs = new Map(state.parties.map((party) => [party.id, legOf(state.callId, party)]));
  const leg = (id: PartyId): LegId => legs.get(id) ?? '';
  const rows = whoHearsWhom(state).map<Hearing>(({ party, from, source }) => ({
    leg: leg(party),
    from: Object.fromEntries([...from].map(([speaker, gain]) => [leg(speaker), gain])),
    source,
  }));
  return [{ type: 'hear', rows }];
}

/** Cuts the ear of somebody who left; their voice went with the rows of the others. */
export const cutOff = (state: Talking, party: Party): CallCommand => ({
  type: 'hear',
  rows: [{ leg: legOf(state.callId, party), from: {}, source: 'silence' }],
});

/** Whose voice the recording keeps. A supervisor who only listens says nothing that belongs to the call. */
export const isRecordedParty = ({ standing, supervision }: Party): boolean => standing === 'present' && supervision !== 'listen';

export const channelsOf = (state: Talking): RecordingChannel[] =>
  state.parties.filter(isRecordedParty).map((party) => ({ name: party.channel, leg: legOf(state.callId, party) }));

export const noteChanged = (state: Talking, { id, isMuted, isHeld, volume, supervision }: Party): CallCommand => ({
  type: 'emit',
  fact: { type: 'party.changed', callId: state.callId, party: id, isMuted, isHeld, volume, supervision },
});
