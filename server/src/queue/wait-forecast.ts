import type { CategoryCode } from '#contracts/ids.contract';
import type { CallStore } from '../calls/call.store.ts';
import type { Clock } from '../platform/clock.ts';
import type { AgentService } from '../users/agent.service.ts';
import { averageHandlingSeconds, expectedWaitMinutes } from './queue-step.model.ts';

/** What the last calls took says what the next will take. */
const CALLS_TO_LEARN_FROM = 20;
const FRESH_MS = 10_000;

interface Figures {
  readAtMs: number;
  handlingSeconds: number;
  agents: number;
}

interface Collaborators {
  calls: Pick<CallStore, 'listLatestTalks'>;
  agents: Pick<AgentService, 'countOnDuty'>;
  clock: Clock;
  /** Seconds a call takes until there are any to learn from. */
  handlingSeconds: number;
}

/** Expects how long a caller will wait, from the last calls of the category and the agents on duty. */
export class WaitForecast {
  readonly #with: Collaborators;
  readonly #figures = new Map<CategoryCode, Figures>();

  constructor(collaborators: Collaborators) {
    this.#with = collaborators;
  }

  /** Whole minutes, rounded up, for the caller at this place; null when nobody is on duty. */
  async waitMinutes(category: CategoryCode, position: number): Promise<number | null> {
    const { handlingSeconds, agents } = await this.#read(category);
    return expectedWaitMinutes({ position, handlingSeconds, agents });
  }

  async #read(category: CategoryCode): Promise<Figures> {
    const { calls, agents, clock, handlingSeconds } = this.#with;
    const readAtMs = clock.now().getTime();
    const known = this.#figures.get(category);
    if (known !== undefined && readAtMs - known.readAtMs < FRESH_MS) return known;
    const [talksMs, onDuty] = await Promise.all([
      calls.listLatestTalks(category, CALLS_TO_LEARN_FROM),
      agents.countOnDuty(category),
    ]);
    const figures = { readAtMs, handlingSeconds: averageHandlingSeconds(talksMs, handlingSeconds), agents: onDuty };
    this.#figures.set(category, figures);
    return figures;
  }
}
