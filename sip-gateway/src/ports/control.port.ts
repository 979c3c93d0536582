import type { Fact } from '#contracts/gateway.contract';
import type { UserId } from '#contracts/ids.contract';

/** Where facts go: journalled first, then published; never blocks and never throws. */
export interface FactSink {
  emit(fact: Fact): void;
}

/** Tells everybody which gateway holds an agent's media session. Never blocks and never throws. */
export interface PresenceBoard {
  /** `sinceMs` in milliseconds since the Unix epoch. */
  show(user: UserId, sinceMs: number): void;
  hide(user: UserId): void;
}
