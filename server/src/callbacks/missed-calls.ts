import { CallbackId } from '#contracts/callbacks.contract';
import type { CallChanges } from '../calls/call-changes.ts';
import type { CallStore } from '../calls/call.store.ts';
import type { Clock } from '../platform/clock.ts';
import { SYSTEM_SCOPE } from '../platform/database/scope-guard.ts';
import { describeError } from '../platform/errors.ts';
import type { EventPublisher } from '../platform/events.ts';
import type { Logger } from '../platform/logging/logger.ts';
import type { CallbackEvents } from './callback.events.ts';
import {
  close,
  isTalkFor,
  missAgain,
  newCallback,
  openKeyOf,
  toCallbackView,
  type Callback,
  type MissedCall,
} from './callback.model.ts';
import type { CallbackStore } from './callback.store.ts';

const MAX_UNDONE = 5_000;

interface Collaborators {
  callbacks: CallbackStore;
  calls: Pick<CallStore, 'listToFollowUp' | 'listTalksWith'>;
  changes: Pick<CallChanges, 'apply'>;
  events: EventPublisher<CallbackEvents>;
  clock: Clock;
  logger: Logger;
}

/**
 * Turns missed calls into call-back tasks, and closes tasks whose number was talked with since. Both follow from what is stored about
 * the calls, so that an interruption at any point loses no task and makes none twice.
 */
export class MissedCalls {
  readonly #with: Collaborators;
  #work: Promise<void> = Promise.resolve();
  #isReviewAsked = false;

  constructor(collaborators: Collaborators) {
    this.#with = collaborators;
  }

  /** Call when a call has changed, and now and then. */
  review(): Promise<void> {
    if (this.#isReviewAsked) return this.#work;
    this.#isReviewAsked = true;
    this.#work = this.#work.then(async () => {
      this.#isReviewAsked = false;
      try {
        await this.#noteMisses();
        await this.#closeTalkedWith();
      } catch (error) {
        this.#with.logger.warn(describeError(error), 'Missed calls could not be followed up; trying again.');
      }
    });
    return this.#work;
  }

  async #noteMisses(): Promise<void> {
    for (const call of await this.#with.calls.listToFollowUp()) {
      const { number, endedAt } = call;
      if (number !== null && endedAt !== null) await this.#noteMiss({ ...call, number, endedAt });
      await this.#with.changes.apply(call.id, (now) => ({ ...now, queueing: { ...now.queueing, followUp: 'done' } }));
    }
  }

  async #noteMiss(call: MissedCall): Promise<void> {
    const { callbacks } = this.#with;
    const added = newCallback(CallbackId.parse(call.id), call);
    if (await callbacks.add(added)) return this.#tell(added);
    // It is there from before an interruption, perhaps done since; or the number has a task for today.
    if ((await callbacks.find(SYSTEM_SCOPE, added.id)) !== null) return;
    const open = await callbacks.findOpen(openKeyOf(call));
    if (open === null) throw new Error('A call-back was done at the same moment.'); // the next review adds one
    const changed = await callbacks.change(SYSTEM_SCOPE, open.id, (now) => missAgain(now, call));
    if (changed !== null && changed.after !== changed.before) this.#tell(changed.after);
  }

  async #closeTalkedWith(): Promise<void> {
    const { callbacks, calls, clock } = this.#with;
    const undone = await callbacks.listUndone(SYSTEM_SCOPE, MAX_UNDONE);
    const [oldest] = undone;
    if (oldest === undefined) return;
    const numbers = undone.map(({ number }) => number);
    const talks = await calls.listTalksWith(numbers, oldest.missedAt);
    for (const callback of undone) {
      if (!talks.some((call) => isTalkFor(callback, call))) continue;
      const at = clock.now().toISOString();
      const changed = await callbacks.change(SYSTEM_SCOPE, callback.id, (now) => close(now, at));
      if (changed !== null && changed.after !== changed.before) this.#tell(changed.after);
    }
  }

  #tell(callback: Callback): void {
    this.#with.events.emit('callback.changed', toCallbackView(callback));
  }
}
