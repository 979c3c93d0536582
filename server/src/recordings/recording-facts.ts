import type { Fact, FactOf } from '#contracts/gateway.contract';
import type { CallId, GatewayId } from '#contracts/ids.contract';
import type { Logger } from '../platform/logging/logger.ts';
import type { RecordingAlarms } from './recording-alarms.ts';
import { missingSeconds, newRecording, type RecordedCall } from './recording.model.ts';
import type { RecordingStore } from './recording.store.ts';

type RecordingFact = Extract<Fact, { type: `recording.${string}` }>;

interface Collaborators {
  recordings: Pick<RecordingStore, 'add' | 'noteCheck'>;
  alarms: RecordingAlarms;
  findCall(id: CallId): Promise<RecordedCall | null>;
  logger: Logger;
}

export function isRecordingFact(fact: Fact): fact is RecordingFact {
  return fact.type.startsWith('recording.');
}

/** What follows from the gateways' facts about recordings. Applying a fact again changes nothing more. */
export class RecordingFacts {
  readonly #with: Collaborators;

  constructor(collaborators: Collaborators) {
    this.#with = collaborators;
  }

  async apply(fact: RecordingFact, { gatewayId, at }: { gatewayId: GatewayId; at: string }): Promise<void> {
    const { recordings, alarms } = this.#with;
    switch (fact.type) {
      case 'recording.ready':
        await this.#enter(fact, gatewayId);
        return await alarms.end(`unpacked:${fact.callId}`);
      case 'recording.checked':
        await recordings.noteCheck(fact.callId, fact.isComplete ? 'complete' : 'gap', missingSeconds(fact));
        if (!fact.isComplete) await this.#raiseForCall('gap', fact.callId, at, missingSeconds(fact));
        return;
      case 'recording.failed':
        return await this.#raiseForCall('failed', fact.callId, at, null);
      case 'recording.unpacked':
        return await this.#raiseForCall('unpacked', fact.callId, at, null);
      case 'recording.disk':
        return await alarms.replaceDiskAlarm(gatewayId, diskAlarm(fact, gatewayId, at));
      default:
        return;
    }
  }

  async #enter(fact: FactOf<'recording.ready'>, gatewayId: GatewayId): Promise<void> {
    const call = await this.#with.findCall(fact.callId);
    if (call === null) this.#with.logger.warn({ callId: fact.callId }, 'A recording belongs to a call that is not known.');
    else await this.#with.recordings.add(newRecording(fact, call, gatewayId));
  }

  async #raiseForCall(kind: 'gap' | 'failed' | 'unpacked', callId: CallId, at: string, seconds: number | null): Promise<void> {
    await this.#with.alarms.raise({ id: `${kind}:${callId}`, kind, callId, at, seconds, freePct: null });
  }
}

function diskAlarm({ level, freePct }: FactOf<'recording.disk'>, gatewayId: GatewayId, at: string) {
  if (level === 'ok') return null;
  const kind = level === 'low' ? ('disk-low' as const) : ('disk-full' as const);
  return { id: `disk:${gatewayId}:${level}:${at}`, kind, callId: null, at, seconds: null, freePct };
}
