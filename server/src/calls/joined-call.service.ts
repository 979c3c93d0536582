import type { JoinedCallReply, JoinedCallView } from '#contracts/live-calls.contract';
import type { CallId } from '#contracts/ids.contract';
import type { PartyEnd } from '#contracts/parties.contract';
import type { Person } from '../access/actor.ts';
import type { Clock } from '../platform/clock.ts';
import { SYSTEM_SCOPE } from '../platform/database/scope-guard.ts';
import { DomainError } from '../platform/errors.ts';
import type { CallChanges } from './call-changes.ts';
import { guestsOf, withoutParty, type Guest } from './call-parties.model.ts';
import type { Call } from './call.model.ts';
import type { TelephoneGateway } from './call.ports.ts';
import type { CallStore } from './call.store.ts';
import { showToGuest, showToLeaver, visibleGuests } from './joined-call.model.ts';

interface Collaborators {
  calls: CallStore;
  changes: CallChanges;
  gateway: TelephoneGateway;
  clock: Clock;
}

interface Place {
  call: Call;
  guest: Guest;
}

/** What somebody does in a call that another is responsible for: only with the party that is theirs. */
export class JoinedCallService {
  readonly #with: Collaborators;

  constructor(collaborators: Collaborators) {
    this.#with = collaborators;
  }

  /** Where a reloaded page stands. */
  async current({ userId }: Person): Promise<JoinedCallReply> {
    const call = await this.#with.calls.findJoined(userId);
    const guest = call === null ? undefined : visibleGuests(call).find((one) => one.userId === userId);
    const serverTime = this.#with.clock.now().toISOString();
    return { call: call === null || guest === undefined ? null : showToGuest(call, guest), serverTime };
  }

  async join(person: Person, callId: CallId): Promise<JoinedCallView> {
    const { call, guest } = await this.#invited(person, callId);
    await this.#with.gateway.send(call.gatewayId, { type: 'party.join', callId, party: guest.id });
    return this.#show(person, callId, guest);
  }

  async decline(person: Person, callId: CallId): Promise<JoinedCallView> {
    return this.#goAway(await this.#invited(person, callId), 'declined');
  }

  async leave(person: Person, callId: CallId): Promise<JoinedCallView> {
    return this.#goAway(await this.#present(person, callId), 'left');
  }

  async mute(person: Person, callId: CallId, muted: boolean): Promise<JoinedCallView> {
    const { call, guest } = await this.#present(person, callId);
    await this.#with.gateway.send(call.gatewayId, { type: 'party.mute', callId, party: guest.id, muted });
    return this.#show(person, callId, guest);
  }

  async askToRepeat(person: Person, callId: CallId): Promise<JoinedCallView> {
    const { call, guest } = await this.#present(person, callId);
    await this.#with.gateway.send(call.gatewayId, { type: 'party.repeat-please', callId, party: guest.id });
    return this.#show(person, callId, guest);
  }

  /** The gateway cannot know who wanted it, so the reason is noted here. */
  async #goAway({ call, guest }: Place, reason: PartyEnd): Promise<JoinedCallView> {
    const { gateway, changes } = this.#with;
    const declined = reason === 'declined';
    await gateway.send(call.gatewayId, { type: 'party.remove', callId: call.id, party: guest.id, declined });
    const changed = await changes.apply(
      call.id,
      (now) => (now.parties.some(({ id }) => id === guest.id) ? withoutParty(now, guest.id) : now),
      reason,
    );
    return showToLeaver(changed?.after ?? call, guest, reason);
  }

  async #invited(person: Person, callId: CallId): Promise<Place> {
    const place = await this.#placeOf(person, callId);
    if (place.guest.standing === 'present') throw new DomainError('call.invalid-state');
    return place;
  }

  async #present(person: Person, callId: CallId): Promise<Place> {
    const place = await this.#placeOf(person, callId);
    if (place.guest.standing !== 'present') throw new DomainError('call.invalid-state');
    return place;
  }

  /** A call in which they have no party does not exist for them. Interpreters have no categories: the invitation is their right. */
  async #placeOf({ userId }: Person, callId: CallId): Promise<Place> {
    const call = await this.#with.calls.find(SYSTEM_SCOPE, callId);
    const guest = call === null ? undefined : guestsOf(call).find((one) => one.userId === userId);
    if (call === null || guest === undefined || call.phase !== 'talking') throw new DomainError('call.not-found');
    return { call, guest };
  }

  /** Facts may have been faster: then they are no guest any more. */
  async #show({ userId }: Person, callId: CallId, before: Guest): Promise<JoinedCallView> {
    const call = await this.#with.calls.find(SYSTEM_SCOPE, callId);
    if (call === null) throw new DomainError('call.not-found');
    const guest = guestsOf(call).find((one) => one.userId === userId);
    return guest === undefined ? showToLeaver(call, before, null) : showToGuest(call, guest);
  }
}
