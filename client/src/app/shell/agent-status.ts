import { computed, DestroyRef, inject, Injectable, signal } from '@angular/core';
import type { AgentState, AgentView, SetAgentState } from '#contracts/users.contract';
import type { StateName } from '../design/state-tag';
import { Session } from '../platform/session';
import { SocketLink } from '../platform/socket-link';

const TONES: Record<AgentState, StateName> = {
  offline: 'off',
  ready: 'ready',
  away: 'away',
  ringing: 'ring',
  talking: 'talk',
  'wrap-up': 'wrap',
};

/** What this agent is doing, as the server says it. */
@Injectable({ providedIn: 'root' })
export class AgentStatus {
  readonly #link = inject(SocketLink);
  readonly #session = inject(Session);
  readonly #view = signal<AgentView | null>(null);

  readonly view = this.#view.asReadonly();
  readonly tone = computed<StateName>(() => TONES[this.#view()?.state ?? 'offline']);
  /** Only `ready` and `away` are chosen; the other states follow from calls. */
  readonly isChoosable = computed(() => {
    const state = this.#view()?.state;
    return state === 'ready' || state === 'away' || state === 'offline';
  });

  /** Ringing, talking, or writing up: what is begun has to end first. */
  readonly isBusy = computed(() => {
    const state = this.#view()?.state;
    return state === 'ringing' || state === 'talking' || state === 'wrap-up';
  });

  constructor() {
    const stop = this.#link.on('agent:changed', (agent) => this.#take(agent));
    inject(DestroyRef).onDestroy(stop);
  }

  /** `reason`: why they are away. */
  async choose(state: 'ready' | 'away', reason?: SetAgentState['reason']): Promise<void> {
    this.#take(await this.#link.command('agent:set-state', reason === undefined ? { state } : { state, reason }));
  }

  #take(agent: AgentView): void {
    if (agent.userId !== this.#session.user()?.id) return;
    const known = this.#view();
    if (known && known.userId === agent.userId && agent.version < known.version) return;
    this.#view.set(agent);
  }
}
