import type { UserId } from '#contracts/ids.contract';
import type { PartyId, PartyRole, SupervisionMode } from '#contracts/parties.contract';
import type { ChannelName } from '#contracts/recordings.contract';
import type { SoundSource } from '../ports/mixer.port.ts';

/** How a party is reached: over an outside line, or by a browser phone whose leg is parked in the mixer. */
export type PartyPlace = { readonly kind: 'line' } | { readonly kind: 'phone'; readonly userId: UserId };

/** One party of a call. */
export interface Party {
  readonly id: PartyId;
  readonly role: PartyRole;
  readonly place: PartyPlace;
  /** `invited`: not here yet; `early`: their network can be heard already; `present`: in the conversation. */
  readonly standing: 'invited' | 'ringing' | 'early' | 'present';
  /** Where its voice goes in the recording. */
  readonly channel: ChannelName;
  readonly isMuted: boolean;
  readonly isHeld: boolean;
  /** How loudly the others hear this party, linear; 1 is unchanged. */
  readonly volume: number;
  /** How a supervisor takes part; null for everybody else. */
  readonly supervision: SupervisionMode | null;
}

export interface Conversation {
  readonly parties: readonly Party[];
  /** Who talks privately; the others hear music meanwhile. Empty: nobody does. */
  readonly privately: readonly PartyId[];
  /** The party that hears the ringing of the invited. */
  readonly ownerPartyId: PartyId | null;
}

/** What one party hears: the gain of everybody it hears, and a sound source. */
export interface PartyHearing {
  readonly party: PartyId;
  readonly from: ReadonlyMap<PartyId, number>;
  readonly source: SoundSource;
}

/**
 * Who hears whom: one row for every party that has a voice or an ear in the conversation now.
 *
 * | the listener        | hears                                                                 |
 * |---------------------|-----------------------------------------------------------------------|
 * | on hold             | music                                                                 |
 * | shut out of private | music; those who wait together do not hear one another                |
 * | anybody else        | everybody in the same talk who is neither muted nor on hold           |
 * | owner, inviting     | besides, ringback or the early media of the invited                   |
 * | supervisor          | everything that is said, private or not; is heard as the mode says    |
 *
 * A supervisor's `listen` is heard by nobody, `whisper` by the owner alone, `barge` like any other party.
 */
export function whoHearsWhom(conversation: Conversation): PartyHearing[] {
  return conversation.parties
    .filter(({ standing }) => standing === 'present')
    .map((listener) => ({
      party: listener.id,
      from: voicesFor(listener, conversation),
      source: sourceFor(listener, conversation),
    }));
}

function voicesFor(listener: Party, conversation: Conversation): ReadonlyMap<PartyId, number> {
  const voices = new Map<PartyId, number>();
  for (const speaker of conversation.parties) {
    if (speaker.id !== listener.id && isHeardBy(speaker, listener, conversation)) voices.set(speaker.id, speaker.volume);
  }
  return voices;
}

function isHeardBy(speaker: Party, listener: Party, conversation: Conversation): boolean {
  if (isWaiting(listener, conversation)) return false;
  if (speaker.standing === 'early') return listener.id === conversation.ownerPartyId;
  if (speaker.standing !== 'present' || speaker.isMuted || speaker.isHeld) return false;
  switch (speaker.supervision) {
    case 'listen':
      return false;
    case 'whisper':
      return listener.id === conversation.ownerPartyId;
    case 'barge':
      return true;
    case null:
      return listener.supervision !== null || isInSameTalk(speaker, listener, conversation);
    default:
      return speaker.supervision satisfies never;
  }
}

const isPrivate = ({ privately }: Conversation): boolean => privately.length > 0;

function isInSameTalk(one: Party, other: Party, conversation: Conversation): boolean {
  const { privately } = conversation;
  return !isPrivate(conversation) || (privately.includes(one.id) && privately.includes(other.id));
}

/** True for a party that hears music instead of people. */
function isWaiting(party: Party, conversation: Conversation): boolean {
  if (party.isHeld) return true;
  return isPrivate(conversation) && party.supervision === null && !conversation.privately.includes(party.id);
}

function sourceFor(listener: Party, conversation: Conversation): SoundSource {
  if (isWaiting(listener, conversation)) return 'music';
  const isInviting = listener.id === conversation.ownerPartyId && conversation.parties.some(isRingingSilently);
  if (isInviting) return 'ringback';
  const isAlone = conversation.ownerPartyId === null && listener.role === 'resident' && !hasCompany(listener, conversation);
  return isAlone ? 'music' : 'silence';
}

const isRingingSilently = ({ standing }: Party): boolean => standing === 'ringing';

const hasCompany = (listener: Party, { parties }: Conversation): boolean =>
  parties.some(({ id, standing, supervision }) => id !== listener.id && standing === 'present' && supervision !== 'listen');
