import type { CallView } from '#contracts/calls.contract';
import type { CallId, UserId } from '#contracts/ids.contract';
import type { PartyEnd } from '#contracts/parties.contract';
import { SYSTEM_SCOPE } from '../platform/database/scope-guard.ts';
import type { EventPublisher } from '../platform/events.ts';
import type { AgentService } from '../users/agent.service.ts';
import type { CallEvents } from './call.events.ts';
import { guestsOf, type Guest } from './call-parties.model.ts';
import type { Call } from './call.model.ts';
import type { CallStore } from './call.store.ts';
import { showTo } from './call-view.model.ts';

const STATE_OF_PHASE = {
  queued: null,
  offered: 'ringing',
  dialling: 'ringing',
  ringing: 'ringing',
  talking: 'talking',
  'wrap-up': 'wrap-up',
  done: null,
} as const;

/** The one way a call changes: stored, then the agent's state follows, then everybody is told. */
export class CallChanges {
  readonly #calls: CallStore;
  readonly #agents: AgentService;
  readonly #events: EventPublisher<CallEvents>;

  constructor(calls: CallStore, agents: AgentService, events: EventPublisher<CallEvents>) {
    this.#calls = calls;
    this.#agents = agents;
    this.#events = events;
  }

  /** Stores a new call. Answers false when it is there already. */
  async add(call: Call): Promise<boolean> {
    if (!(await this.#calls.add(call))) return false;
    await this.#follow(null, call, null);
    return true;
  }

  /** Applies `step`; see CallStore.change. `why` is the reason when it makes somebody leave. */
  async apply(
    id: CallId,
    step: (call: Call) => Call,
    why: PartyEnd | null = null,
  ): Promise<{ before: Call; after: Call } | null> {
    const changed = await this.#calls.change(SYSTEM_SCOPE, id, step);
    if (changed !== null && changed.after !== changed.before) await this.#follow(changed.before, changed.after, why);
    return changed;
  }

  /** Brings the state of everybody in it in line with a call that was stored before an interruption. */
  async restore(call: Call): Promise<void> {
    const state = STATE_OF_PHASE[call.phase];
    if (call.agentId !== null && state !== null) await this.#agents.followCall(call.agentId, call.id, state);
    if (call.agentId !== null && state === null) await this.#agents.release(call.agentId, call.id);
    for (const guest of guestsOf(call)) await this.#followGuest(call.id, guest);
  }

  async #follow(before: Call | null, after: Call, why: PartyEnd | null): Promise<void> {
    await this.#followGuests(before, after);
    if (before !== null && before.agentId !== null && before.agentId !== after.agentId) {
      await this.#agents.release(before.agentId, after.id);
      this.#events.emit('call.withdrawn', { agentId: before.agentId, view: await this.#viewFor(before.agentId, after) });
    }
    if (before?.phase !== after.phase || before.agentId !== after.agentId) await this.restore(after);
    const view = after.agentId === null ? null : await this.#viewFor(after.agentId, after);
    this.#events.emit('call.changed', { agentId: after.agentId, view });
    this.#events.emit('call.moved', { before, after, why });
  }

  /** Whoever is invited rings, whoever is present talks, whoever left is free; the agent's state follows from the phase. */
  async #followGuests(before: Call | null, after: Call): Promise<void> {
    const known = before === null ? [] : guestsOf(before);
    const now = guestsOf(after);
    for (const { userId } of known) {
      const stays = userId === after.agentId || now.some((guest) => guest.userId === userId);
      if (!stays) await this.#agents.release(userId, after.id);
    }
    for (const guest of now) {
      const earlier = known.find(({ userId }) => userId === guest.userId);
      if (earlier?.standing !== guest.standing) await this.#followGuest(after.id, guest);
    }
  }

  async #followGuest(id: CallId, { userId, standing }: Guest): Promise<void> {
    await this.#agents.followCall(userId, id, standing === 'present' ? 'talking' : 'ringing');
  }

  /** Only candidates and a note that was handed over depend on whose screen it is. */
  async #viewFor(agentId: UserId, call: Call): Promise<CallView> {
    const isSame = call.candidates.length === 0 && call.handedOverNote === null;
    return showTo({ userId: agentId, categories: isSame ? [] : await this.#agents.listCategories(agentId) }, call);
  }
}
