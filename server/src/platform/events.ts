import { describeError } from './errors.ts';
import type { Logger } from './logging/logger.ts';

type Listener<Event> = (event: Event) => void | Promise<void>;

/** The half of an EventHub that publishers need. */
export interface EventPublisher<Events extends object> {
  emit<Name extends keyof Events>(name: Name, event: Events[Name]): void;
}

/** News inside this process. A listener's failure is logged and harms neither the publisher nor other listeners. */
export class EventHub<Events extends object> implements EventPublisher<Events> {
  readonly #listeners = new Map<keyof Events, Listener<never>[]>();
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Calls `listener` for every later event of this name. */
  on<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): void {
    const listeners = this.#listeners.get(name) ?? [];
    listeners.push(listener);
    this.#listeners.set(name, listeners);
  }

  /** Tells every listener. Returns at once; asynchronous listeners go on by themselves. */
  emit<Name extends keyof Events>(name: Name, event: Events[Name]): void {
    for (const listener of this.#listeners.get(name) ?? []) void this.#call(listener as Listener<Events[Name]>, name, event); // `on` stored it under its own name
  }

  async #call<Event>(listener: Listener<Event>, name: PropertyKey, event: Event): Promise<void> {
    try {
      await listener(event);
    } catch (error) {
      this.#logger.error({ event: String(name), ...describeError(error) }, 'A listener of an internal event failed.');
    }
  }
}
