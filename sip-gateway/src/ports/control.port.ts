import type { Fact } from '#contracts/gateway.contract';

/** Where facts go: journalled first, then published; never blocks and never throws. */
export interface FactSink {
  emit(fact: Fact): void;
}
