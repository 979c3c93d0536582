import type { ChangeParty, HoldCall, InviteParty, OfParty, TalkPrivately } from '#contracts/call-parties.contract';
import type { CallView } from '#contracts/calls.contract';
import type { GatewayCommand } from '#contracts/gateway.contract';
import type { CallId, UserId } from '#contracts/ids.contract';
import { MAX_PARTIES, RESIDENT, type PartyId } from '#contracts/parties.contract';
import type { Person } from '../access/actor.ts';
import { SYSTEM_SCOPE } from '../platform/database/scope-guard.ts';
import { DomainError } from '../platform/errors.ts';
import type { Bookings } from './bookings.ts';
import type { CallChanges } from './call-changes.ts';
import { newCallParty, nextPartyId, partyOfUser, withInvited, withoutParty, type CallParty } from './call-parties.model.ts';
import type { Call } from './call.model.ts';
import { GatewayRefusal, type TelephoneGateway } from './call.ports.ts';
import type { CallStore } from './call.store.ts';
import { showTo } from './call-view.model.ts';
import type { Invitations } from './invitations.ts';

/** Seconds an invited person or telephone rings. */
const RING_SECONDS = 30;

interface Collaborators {
  calls: CallStore;
  changes: CallChanges;
  bookings: Bookings;
  invitations: Invitations;
  gateway: TelephoneGateway;
}

/**
 * What the responsible agent does with the parties of their call. The gateway is asked, and what comes of it is told by its facts:
 * the answer is the call as it stands when the gateway has accepted.
 */
export class CallPartyService {
  readonly #with: Collaborators;

  constructor(collaborators: Collaborators) {
    this.#with = collaborators;
  }

  async hold(person: Person, { callId, held }: HoldCall): Promise<CallView> {
    const call = await this.#talkingCall(person, callId);
    return this.#command(person, call, { type: 'party.hold', callId, party: RESIDENT, held });
  }

  async changeParty(person: Person, { callId, party, held, muted, volume }: ChangeParty): Promise<CallView> {
    const call = await this.#talkingCall(person, callId);
    partyOf(call, party);
    const { gatewayId } = call;
    const { gateway } = this.#with;
    if (held !== undefined) await gateway.send(gatewayId, { type: 'party.hold', callId, party, held });
    if (muted !== undefined) await gateway.send(gatewayId, { type: 'party.mute', callId, party, muted });
    if (volume !== undefined) await gateway.send(gatewayId, { type: 'party.volume', callId, party, volume });
    return this.#show(person, call);
  }

  /** The invitation is on record, with the name, before anybody's telephone rings; a refused one is taken back. */
  async invite(person: Person, invitation: InviteParty): Promise<CallView> {
    const call = await this.#talkingCall(person, invitation.callId);
    const { userId, name, target } = await this.#with.invitations.plan(person, call, invitation);
    if (userId !== null && !(await this.#with.bookings.book(userId, call.id))) throw new DomainError('party.not-free');
    const party = await this.#keepInvited(call, { role: invitation.role, userId, label: name });
    const { role, entry } = invitation;
    try {
      await this.#with.gateway.send(call.gatewayId, {
        type: 'party.invite',
        callId: call.id,
        party,
        role,
        target,
        ringSeconds: RING_SECONDS,
        entry,
      });
    } catch (error) {
      await this.#with.changes.apply(call.id, (now) => withoutParty(now, party), 'unreachable');
      throw isAboutTheirPhone(error) ? new DomainError('party.not-free', undefined, { cause: error }) : error;
    }
    return this.#show(person, call);
  }

  /** Takes somebody out, or an invitation back. For the resident and the agent there is hanging up. */
  async remove(person: Person, { callId, party }: OfParty): Promise<CallView> {
    const call = await this.#talkingCall(person, callId);
    const { id } = partyOf(call, party);
    if (id === RESIDENT || id === ownParty(call).id) throw new DomainError('call.invalid-state');
    return this.#command(person, call, { type: 'party.remove', callId, party, declined: false });
  }

  /** The agent with these alone; an empty list brings all together again. */
  async talkPrivately(person: Person, { callId, with: others }: TalkPrivately): Promise<CallView> {
    const call = await this.#talkingCall(person, callId);
    const own = ownParty(call).id;
    const members = new Set(others.map((id) => partyOf(call, id).id));
    members.delete(own);
    if (others.length > 0 && members.size === 0) throw new DomainError('party.unsuitable');
    const parties = members.size === 0 ? [] : [own, ...members];
    return this.#command(person, call, { type: 'party.private', callId, parties });
  }

  /** Attended: the agent leaves the resident to a colleague or a telephone that is here. Nobody else can answer for a call. */
  async transfer(person: Person, { callId, party }: OfParty): Promise<CallView> {
    const call = await this.#talkingCall(person, callId);
    const heir = partyOf(call, party);
    if (heir.standing !== 'present') throw new DomainError('call.invalid-state');
    const canAnswerForIt = heir.role === 'agent' || heir.role === 'third-party';
    if (!canAnswerForIt || heir.id === ownParty(call).id) throw new DomainError('party.unsuitable');
    return this.#command(person, call, { type: 'call.transfer', callId, party });
  }

  async requeue(person: Person, callId: CallId): Promise<CallView> {
    const call = await this.#talkingCall(person, callId);
    return this.#command(person, call, { type: 'call.requeue', callId });
  }

  async pauseRecording(person: Person, callId: CallId): Promise<CallView> {
    const call = await this.#talkingCall(person, callId);
    return this.#command(person, call, { type: 'recording.pause', callId, reason: 'by-hand' });
  }

  async resumeRecording(person: Person, callId: CallId): Promise<CallView> {
    const call = await this.#talkingCall(person, callId);
    return this.#command(person, call, { type: 'recording.resume', callId });
  }

  async #command(person: Person, call: Call, command: GatewayCommand): Promise<CallView> {
    await this.#with.gateway.send(call.gatewayId, command);
    return this.#show(person, call);
  }

  async #keepInvited(call: Call, party: Pick<CallParty, 'role' | 'userId' | 'label'>): Promise<PartyId> {
    const { changes, bookings } = this.#with;
    const { role, userId, label } = party;
    try {
      const changed = await changes.apply(call.id, (now) => {
        if (now.phase !== 'talking' || now.agentId !== call.agentId) throw new DomainError('call.invalid-state');
        if (now.parties.filter(({ supervision }) => supervision === null).length >= MAX_PARTIES)
          throw new DomainError('party.too-many');
        return withInvited(now, newCallParty(nextPartyId(now), role, userId, label));
      });
      if (changed === null) throw new DomainError('call.not-found');
      return nextPartyId(changed.before);
    } catch (error) {
      if (userId !== null) await bookings.free(userId, call.id);
      throw error;
    }
  }

  /** The person's own call while they talk, in overflow also one of a category that is not theirs. Anybody else's does not exist for them. */
  async #talkingCall(person: Person, id: CallId): Promise<Call> {
    const call = await this.#with.calls.find(SYSTEM_SCOPE, id);
    if (call === null || call.agentId !== person.userId) throw new DomainError('call.not-found');
    if (call.phase !== 'talking') throw new DomainError('call.invalid-state');
    return call;
  }

  /** Facts may have been faster than the reply: then the agent has a part to write up instead of the call. */
  async #show(person: Person, before: Call): Promise<CallView> {
    const call = await this.#with.calls.find(SYSTEM_SCOPE, before.id);
    if (call !== null && isTheirs(call, person.userId)) return showTo(person, call);
    return showTo(person, (await this.#with.calls.findCurrent(person.userId)) ?? before);
  }
}

const isTheirs = (call: Call, userId: UserId): boolean => call.agentId === userId;

/** The invited phone, not the agent's: it was judged just before, and may have changed since. */
const isAboutTheirPhone = (error: unknown): boolean =>
  error instanceof GatewayRefusal && (error.refusal === 'phone-not-ready' || error.refusal === 'agent-busy');

/** A party of the call. Whoever supervises is not the agent's to handle. */
function partyOf(call: Call, id: PartyId): CallParty {
  const party = call.parties.find((one) => one.id === id);
  if (party === undefined || party.supervision !== null) throw new DomainError('party.not-found');
  return party;
}

function ownParty(call: Call): CallParty {
  const party = partyOfUser(call, call.agentId);
  if (party === undefined) throw new DomainError('call.invalid-state');
  return party;
}
