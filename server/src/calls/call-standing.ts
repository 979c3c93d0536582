import type { CaseId, UserId } from '#contracts/ids.contract';
import { startOfJapanDay } from '../calendar/japan-time.model.ts';
import type { CallStanding } from '../cases/case.service.ts';
import type { Clock } from '../platform/clock.ts';
import type { CallStore } from './call.store.ts';

/** What an agent's calls say about the right to see a case. */
export class CallStandings implements CallStanding {
  readonly #calls: CallStore;
  readonly #clock: Clock;

  constructor(calls: CallStore, clock: Clock) {
    this.#calls = calls;
    this.#clock = clock;
  }

  async standing(userId: UserId, caseId: CaseId): Promise<'none' | 'identified' | 'unidentified'> {
    const [current, hasCalled] = await Promise.all([
      this.#calls.findCurrent(userId),
      this.#calls.hasCallAbout(userId, caseId, startOfJapanDay(this.#clock.now())),
    ]);
    // Somebody who calls, or is called back, and is not identified yet.
    const isOpenQuestion = current !== null && current.caseId === null;
    if (isOpenQuestion && current.candidates.some((candidate) => candidate.caseId === caseId)) return 'unidentified';
    return hasCalled ? 'identified' : 'none';
  }
}
