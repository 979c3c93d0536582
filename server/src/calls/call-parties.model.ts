import type { FactOf } from '#contracts/gateway.contract';
import type { UserId } from '#contracts/ids.contract';
import { FIRST_AGENT, PartyId, RESIDENT } from '#contracts/parties.contract';
import type { PartyRole, PartyView, SupervisionMode } from '#contracts/parties.contract';

/** One party of a call as the server knows it. */
export interface CallParty {
  id: PartyId;
  role: PartyRole;
  /** Null for somebody reached by telephone. */
  userId: UserId | null;
  /** Name of the person or the section, as those in the call see it; empty for the resident. */
  label: string;
  standing: 'invited' | 'ringing' | 'present';
  isMuted: boolean;
  isHeld: boolean;
  volume: number;
  supervision: SupervisionMode | null;
  /** A supervisor who is shown to nobody but supervisors. */
  isHidden: boolean;
}

export interface CallParties {
  parties: CallParty[];
  /** Who talks privately; empty when all are together. */
  privately: PartyId[];
  /** Counts the parties there ever were, so that an id is never used twice. */
  partyCount: number;
}

export const NOBODY: CallParties = { parties: [], privately: [], partyCount: 0 };

/** The agent and the resident, at the moment of the answer. */
export const twoParties = (agentId: UserId): CallParties => ({
  parties: [newCallParty(FIRST_AGENT, 'agent', agentId, ''), newCallParty(RESIDENT, 'resident', null, '')].map((party) => ({
    ...party,
    standing: 'present',
  })),
  privately: [],
  partyCount: 2,
});

export const newCallParty = (id: PartyId, role: PartyRole, userId: UserId | null, label: string): CallParty => ({
  id,
  role,
  userId,
  label,
  standing: 'invited',
  isMuted: false,
  isHeld: false,
  volume: 1,
  supervision: null,
  isHidden: false,
});

export const nextPartyId = ({ partyCount }: CallParties): PartyId => PartyId.parse(`p${partyCount + 1}`);

/** Somebody is about to be brought in; the gateway's facts tell what becomes of it. */
export const withInvited = <Call extends CallParties>(call: Call, party: CallParty): Call => ({
  ...call,
  parties: [...call.parties.filter(({ id }) => id !== party.id), party],
  partyCount: call.partyCount + 1,
});

export const withoutParty = <Call extends CallParties>(call: Call, id: PartyId): Call => {
  const remaining = call.privately.filter((member) => member !== id);
  return {
    ...call,
    parties: call.parties.filter((party) => party.id !== id),
    privately: remaining.length < 2 ? [] : remaining,
  };
};

type PartyFact = FactOf<'party.invited' | 'party.ringing' | 'party.joined' | 'party.left' | 'party.changed' | 'call.private'>;

/** What a fact changes about the parties; the same object when it changes nothing. */
export function applyPartyFact<Call extends CallParties>(call: Call, fact: PartyFact): Call {
  if (fact.type === 'call.private')
    return call.privately.join() === fact.parties.join() ? call : { ...call, privately: fact.parties };
  const known = call.parties.find(({ id }) => id === fact.party);
  switch (fact.type) {
    case 'party.invited':
      return known === undefined ? withInvited(call, newCallParty(fact.party, fact.role, fact.userId, '')) : call;
    case 'party.ringing':
      return known?.standing === 'invited' ? replaceParty(call, { ...known, standing: 'ringing' }) : call;
    case 'party.joined': {
      if (known?.standing === 'present') return call;
      const party = known ?? newCallParty(fact.party, fact.role, fact.userId, '');
      const joined: CallParty = { ...party, standing: 'present' };
      return known === undefined ? withInvited(call, joined) : replaceParty(call, joined);
    }
    case 'party.left':
      return known === undefined ? call : withoutParty(call, fact.party);
    case 'party.changed': {
      if (known === undefined) return call;
      const { isMuted, isHeld, volume, supervision } = fact;
      const isSame =
        known.isMuted === isMuted && known.isHeld === isHeld && known.volume === volume && known.supervision === supervision;
      return isSame ? call : replaceParty(call, { ...known, isMuted, isHeld, volume, supervision });
    }
    default:
      return fact satisfies never;
  }
}

export const replaceParty = <Call extends CallParties>(call: Call, changed: CallParty): Call => ({
  ...call,
  parties: call.parties.map((party) => (party.id === changed.id ? changed : party)),
});

/** The parties as one screen shows them: hidden supervisors only to themselves and to those who may watch. */
export function showParties({ parties, privately }: CallParties, viewer: { seesHidden: boolean }): PartyView[] {
  return parties
    .filter(({ isHidden }) => viewer.seesHidden || !isHidden)
    .map(({ id, role, userId, label, standing, isMuted, isHeld, volume, supervision }) => ({
      id,
      role,
      userId,
      label,
      standing,
      isMuted,
      isHeld,
      isPrivate: privately.includes(id),
      volume,
      supervision,
    }));
}
