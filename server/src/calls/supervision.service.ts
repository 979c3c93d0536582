import type { z } from 'zod';
import type { GatewayCommand } from '#contracts/gateway.contract';
import type { CallId } from '#contracts/ids.contract';
import type { LiveCallsView, LiveCallView, SuperviseCall } from '#contracts/live-calls.contract';
import type { PartyId } from '#contracts/parties.contract';
import { scopeOf, type Person } from '../access/actor.ts';
import type { DirectoryService } from '../directory/directory.service.ts';
import type { Clock } from '../platform/clock.ts';
import { DomainError } from '../platform/errors.ts';
import type { Bookings } from './bookings.ts';
import type { CallChanges } from './call-changes.ts';
import {
  newCallParty,
  nextPartyId,
  partyOfUser,
  replaceParty,
  withInvited,
  withoutParty,
  type CallParty,
} from './call-parties.model.ts';
import type { CallQuality } from './call-quality.ts';
import type { Call } from './call.model.ts';
import type { TelephoneGateway } from './call.ports.ts';
import type { CallStore } from './call.store.ts';
import { toLiveView } from './live-call.model.ts';

interface Collaborators {
  calls: CallStore;
  changes: CallChanges;
  bookings: Bookings;
  directory: Pick<DirectoryService, 'describe'>;
  quality: CallQuality;
  gateway: TelephoneGateway;
  /** Whether somebody may supervise without being shown; the centre's policy. */
  hidden: 'allowed' | 'never';
  clock: Clock;
}

/** What those see and do who watch over the centre's calls, within their categories. */
export class SupervisionService {
  readonly #with: Collaborators;

  constructor(collaborators: Collaborators) {
    this.#with = collaborators;
  }

  async list(person: Person): Promise<LiveCallsView> {
    const found = await this.#with.calls.listLive(scopeOf(person));
    const calls = await Promise.all(found.map((call) => this.draw(call, person)));
    return { calls, serverTime: this.#with.clock.now().toISOString() };
  }

  /** One call as this person sees it; null for everybody who may watch. */
  async draw(call: Call, viewer: Pick<Person, 'userId'> | null): Promise<LiveCallView> {
    const { directory, quality } = this.#with;
    const agent = call.agentId === null ? null : await directory.describe(call.agentId);
    return toLiveView(call, { viewer: viewer?.userId ?? null, agent, quality: quality.of(call.id) });
  }

  /** Joins, changes how they take part, or leaves (`mode` null). Throws supervision.hidden-forbidden. */
  async supervise(person: Person, { callId, mode, isHidden }: z.output<typeof SuperviseCall>): Promise<LiveCallView> {
    if (isHidden && this.#with.hidden === 'never') throw new DomainError('supervision.hidden-forbidden');
    const call = await this.#foreignCall(person, callId);
    const { userId } = person;
    const known = partyOfUser(call, userId);
    if (known === undefined ? mode === null : known.role !== 'supervisor') throw new DomainError('call.invalid-state');
    if (known !== undefined) {
      await this.#send(call, { type: 'call.supervise', callId, party: known.id, userId, mode });
      if (mode !== null) await this.#showAs(callId, known.id, isHidden);
    } else if (mode !== null) {
      const joining = { ...newCallParty(nextPartyId(call), 'supervisor', userId, person.name), supervision: mode, isHidden };
      await this.#join(call, joining, (party) => ({ type: 'call.supervise', callId, party, userId, mode }));
    }
    return this.#show(person, callId);
  }

  /** The supervisor becomes the responsible agent; the agent until now has their part to write up. */
  async takeOver(person: Person, callId: CallId): Promise<LiveCallView> {
    const call = await this.#foreignCall(person, callId);
    const { userId } = person;
    const known = partyOfUser(call, userId);
    if (call.agentId === null || (known !== undefined && known.role !== 'supervisor'))
      throw new DomainError('call.invalid-state');
    if (known !== undefined) await this.#send(call, { type: 'call.take-over', callId, party: known.id, userId });
    else {
      // Not to be seen before they are responsible: the gateway may still refuse.
      const joining = { ...newCallParty(nextPartyId(call), 'supervisor', userId, person.name), isHidden: true };
      await this.#join(call, { ...joining, supervision: 'listen' }, (party) => ({
        type: 'call.take-over',
        callId,
        party,
        userId,
      }));
    }
    return this.#show(person, callId);
  }

  /** On record, with the name, before the gateway is asked; taken back when it refuses. */
  async #join(call: Call, joining: CallParty, command: (party: PartyId) => GatewayCommand): Promise<void> {
    const { bookings, changes } = this.#with;
    const { userId } = joining;
    if (userId === null || !(await bookings.book(userId, call.id))) throw new DomainError('call.agent-busy');
    let party = joining.id;
    try {
      const changed = await changes.apply(call.id, (now) => {
        if (now.phase !== 'talking') throw new DomainError('call.invalid-state');
        return withInvited(now, { ...joining, id: nextPartyId(now) });
      });
      if (changed === null) throw new DomainError('call.not-found');
      party = nextPartyId(changed.before);
    } catch (error) {
      await bookings.free(userId, call.id);
      throw error;
    }
    try {
      await this.#send(call, command(party));
    } catch (error) {
      await changes.apply(call.id, (now) => withoutParty(now, party));
      throw error;
    }
  }

  async #showAs(id: CallId, party: PartyId, isHidden: boolean): Promise<void> {
    await this.#with.changes.apply(id, (now) => {
      const known = now.parties.find((one) => one.id === party);
      return known === undefined || known.isHidden === isHidden ? now : replaceParty(now, { ...known, isHidden });
    });
  }

  async #send(call: Call, command: GatewayCommand): Promise<void> {
    await this.#with.gateway.send(call.gatewayId, command);
  }

  /** A running talk of the person's categories for which somebody else is responsible. */
  async #foreignCall(person: Person, id: CallId): Promise<Call> {
    const call = await this.#with.calls.find(scopeOf(person), id);
    if (call === null) throw new DomainError('call.not-found');
    if (call.phase !== 'talking' || call.agentId === person.userId) throw new DomainError('call.invalid-state');
    return call;
  }

  async #show(person: Person, id: CallId): Promise<LiveCallView> {
    const call = await this.#with.calls.find(scopeOf(person), id);
    if (call === null) throw new DomainError('call.not-found');
    return this.draw(call, person);
  }
}
