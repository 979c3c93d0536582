import type { FactEnvelope } from '#contracts/gateway.contract';
import type { CallFacts } from '../calls/call-facts.ts';
import type { CallQueue } from '../calls/call-queue.ts';
import { isRecordingFact, type RecordingFacts } from '../recordings/recording-facts.ts';
import type { PhoneFacts } from '../users/phone-facts.ts';

interface Collaborators {
  calls: CallFacts;
  queue: Pick<CallQueue, 'withdrawFrom'>;
  phones: PhoneFacts;
  recordings: RecordingFacts;
}

/** Hands each fact to the feature it is about. */
export class FactRouter {
  readonly #with: Collaborators;

  constructor(collaborators: Collaborators) {
    this.#with = collaborators;
  }

  async apply({ gatewayId, number, at, fact }: FactEnvelope): Promise<void> {
    const { calls, phones, queue, recordings } = this.#with;
    switch (fact.type) {
      case 'gateway.started':
        return calls.endCallsBefore({ gatewayId, at });
      case 'phone.registered':
      case 'phone.refused':
      case 'phone.ready':
      case 'phone.gone':
        await phones.apply(fact, `fact:${gatewayId}:${number}`);
        if (fact.type === 'phone.gone') await queue.withdrawFrom(fact.userId);
        return;
      case 'recording.disk':
        return recordings.apply(fact, { gatewayId, at });
      default:
        await calls.apply(fact, { gatewayId, at });
        if (isRecordingFact(fact)) await recordings.apply(fact, { gatewayId, at });
    }
  }
}
