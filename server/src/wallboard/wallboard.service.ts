import type { WallboardView } from '#contracts/wallboard.contract';
import type { CallService } from '../calls/call.service.ts';
import { startOfJapanDay } from '../calendar/japan-time.model.ts';
import type { CaseService } from '../cases/case.service.ts';
import type { Clock } from '../platform/clock.ts';
import { describeError } from '../platform/errors.ts';
import type { Logger } from '../platform/logging/logger.ts';
import type { AgentService } from '../users/agent.service.ts';
import { drawWallboard } from './wallboard.model.ts';

/** Everybody who watches hears news in this room. */
export const WALLBOARD_ROOM = 'wallboard';
/** Several changes at once make one board. */
const GATHER_MS = 150;
/** Without news the board is sent again this often, so that a screen can tell quiet from dead. */
const HEARTBEAT_MS = 5_000;

interface Collaborators {
  cases: Pick<CaseService, 'countReached'>;
  calls: Pick<CallService, 'countSince' | 'describeQueue'>;
  agents: Pick<AgentService, 'listViews'>;
  show(board: WallboardView): void;
  clock: Clock;
  logger: Logger;
}

/** The figures everybody may see, drawn anew when something changes. */
export class WallboardService {
  readonly #with: Collaborators;
  #timer: NodeJS.Timeout | null = null;
  #heartbeat: NodeJS.Timeout | null = null;

  constructor(collaborators: Collaborators) {
    this.#with = collaborators;
  }

  /** Once somebody has looked, the board is kept fresh. */
  async view(): Promise<WallboardView> {
    this.#heartbeat ??= setInterval(() => this.refresh(), HEARTBEAT_MS);
    const { cases, calls, agents, clock } = this.#with;
    const at = clock.now();
    const [reached, counted, queue, views] = await Promise.all([
      cases.countReached(at),
      calls.countSince(startOfJapanDay(at)),
      calls.describeQueue(),
      agents.listViews(),
    ]);
    return drawWallboard({ at, ...reached, calls: counted, queue, agents: views });
  }

  /** Something on the board changed: shows a new one within 200 ms. */
  refresh(): void {
    this.#timer ??= setTimeout(() => void this.#show(), GATHER_MS);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#heartbeat !== null) clearInterval(this.#heartbeat);
  }

  async #show(): Promise<void> {
    this.#timer = null;
    try {
      this.#with.show(await this.view());
    } catch (error) {
      this.#with.logger.warn(describeError(error), 'The wallboard could not be drawn.');
    }
  }
}
