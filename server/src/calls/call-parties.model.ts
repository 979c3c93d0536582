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
  /** Null until they are here. */
  joinedAt: string | null;
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

/** When something was told, and the name of the person it is about, if it is about one. */
export interface ToldOf {
  at: string;
  name: string;
}

/** The agent and the resident, at the moment of the answer. */
export const twoParties = (agentId: UserId, { at, name }: ToldOf): CallParties => ({
  parties: [
    presentParty(newCallParty(FIRST_AGENT, 'agent', agentId, name), at),
    presentParty(newCallParty(RESIDENT, 'resident', null, ''), at),
  ],
  privately: [],
  partyCount: 2,
});

export const presentParty = (party: CallParty, at: string): CallParty => ({ ...party, standing: 'present', joinedAt: at });

export const newCallParty = (id: PartyId, role: PartyRole, userId: UserId | null, label: string): CallParty => ({
  id,
  role,
  userId,
  label,
  standing: 'invited',
  joinedAt: null,
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
export function applyPartyFact<Call extends CallParties>(call: Call, fact: PartyFact, { at, name }: ToldOf): Call {
  if (fact.type === 'call.private')
    return call.privately.join() === fact.parties.join() ? call : { ...call, privately: fact.parties };
  const known = call.parties.find(({ id }) => id === fact.party);
  switch (fact.type) {
    case 'party.invited':
      return known === undefined ? withInvited(call, newCallParty(fact.party, fact.role, fact.userId, name)) : call;
    case 'party.ringing':
      return known?.standing === 'invited' ? replaceParty(call, { ...known, standing: 'ringing' }) : call;
    case 'party.joined': {
      if (known?.standing === 'present') return call;
      const joined = presentParty(known ?? newCallParty(fact.party, fact.role, fact.userId, name), at);
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

/** Somebody with a browser phone who is not the responsible agent. */
export type Guest = CallParty & { userId: UserId };

export const guestsOf = ({ parties, agentId }: CallParties & { agentId: UserId | null }): Guest[] =>
  parties.flatMap((party) => (party.userId === null || party.userId === agentId ? [] : [{ ...party, userId: party.userId }]));

/** How somebody with a browser phone takes part. */
export const partyOfUser = ({ parties }: CallParties, userId: UserId | null): CallParty | undefined =>
  userId === null ? undefined : parties.find((party) => party.userId === userId);

/** The parties as one screen shows them: whoever supervises invisibly sees themselves there, and nobody else does. */
export function showParties({ parties, privately }: CallParties, viewer: UserId | null): PartyView[] {
  return parties
    .filter(({ isHidden, userId }) => !isHidden || (userId !== null && userId === viewer))
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
