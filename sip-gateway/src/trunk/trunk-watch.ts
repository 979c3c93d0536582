import type { Clock } from '../ports/clock.port.ts';
import type { TrunkGroup, TrunkSignalling } from './trunk-group.ts';
import type { TrunkSettings } from './trunk-settings.ts';

/** How often a carrier is asked whether it is there; the same while it is not, so that calls fail back soon. */
const ASK_MS = 15_000;
/** A single lost OPTIONS says nothing. */
const FAILURES_UNTIL_DOWN = 2;
const REGISTRATION_SECONDS = 300;
/** A refused or unanswered registration is tried again after this. */
const RETRY_REGISTRATION_MS = 30_000;

/** Watches every trunk by OPTIONS and keeps the registrations alive. */
export class TrunkWatch {
  readonly #group: TrunkGroup;
  readonly #signalling: TrunkSignalling;
  readonly #clock: Clock;
  readonly #list: readonly TrunkSettings[];
  readonly #timers = new Map<string, () => void>();
  readonly #failures = new Map<string, number>();
  #isStopped = false;

  constructor(
    list: readonly TrunkSettings[],
    { group, signalling, clock }: { readonly group: TrunkGroup; readonly signalling: TrunkSignalling; readonly clock: Clock },
  ) {
    this.#list = list;
    this.#group = group;
    this.#signalling = signalling;
    this.#clock = clock;
  }

  start(): void {
    for (const trunk of this.#list) {
      if (trunk.asked) void this.#ask(trunk);
      if (trunk.registers) void this.#register(trunk);
    }
  }

  /** Takes the registrations back, so that the carrier sends its calls elsewhere. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
    await Promise.all(this.#list.filter(({ registers }) => registers).map((trunk) => this.#signalling.register(trunk, 0)));
  }

  /** Any response but a server failure says that the carrier lives: many refuse OPTIONS with 404, 405 or 501 (RFC 3261 §11.2). */
  async #ask(trunk: TrunkSettings): Promise<void> {
    const status = await this.#signalling.ask(trunk);
    const isThere = status !== 408 && status !== 503;
    const failures = isThere ? 0 : (this.#failures.get(trunk.id) ?? 0) + 1;
    this.#failures.set(trunk.id, failures);
    if (isThere || failures >= FAILURES_UNTIL_DOWN) this.#group.noteReachable(trunk.id, isThere, status);
    this.#later(`ask ${trunk.id}`, ASK_MS, () => this.#ask(trunk));
  }

  async #register(trunk: TrunkSettings): Promise<void> {
    const { status, expiresSeconds } = await this.#signalling.register(trunk, REGISTRATION_SECONDS);
    const isRegistered = status >= 200 && status < 300;
    this.#group.noteRegistered(trunk.id, isRegistered, status);
    // Half of what was granted, so that one lost refresh leaves time for another.
    const delayMs = isRegistered ? expiresSeconds * 500 : RETRY_REGISTRATION_MS;
    this.#later(`register ${trunk.id}`, delayMs, () => this.#register(trunk));
  }

  #later(name: string, delayMs: number, task: () => Promise<void>): void {
    if (this.#isStopped) return;
    this.#timers.set(
      name,
      this.#clock.schedule(delayMs, () => void task()),
    );
  }
}
