import type { FactOf } from '#contracts/gateway.contract';
import type { CallId, CategoryCode, GatewayId, UserId } from '#contracts/ids.contract';
import type { HoldKind, RecordingRow } from '#contracts/recordings.contract';

/** A sealed recording as the server keeps its book. */
export interface Recording {
  callId: CallId;
  agentId: UserId | null;
  categoryCode: CategoryCode;
  gatewayId: GatewayId;
  startedAt: string;
  seconds: number;
  file: string;
  channels: string[];
  sha256: string;
  sealedBytes: number;
  /** As the gateway told it when it was sealed, so that a chain rewritten on the disk shows. */
  chainNumber: number;
  chainLink: string;
  check: RecordingRow['check'];
  /** What is missing, in seconds. */
  gapSeconds: number;
  holds: HoldKind[];
  purgedAt: string | null;
}

/** The call a recording belongs to, as far as its book needs it. */
export interface RecordedCall {
  id: CallId;
  agentId: UserId | null;
  categoryCode: CategoryCode;
}

export function newRecording(fact: FactOf<'recording.ready'>, call: RecordedCall, gatewayId: GatewayId): Recording {
  const { startedAt, seconds, file, channels, sha256, sealedBytes, chain } = fact;
  return {
    callId: call.id,
    agentId: call.agentId,
    categoryCode: call.categoryCode,
    gatewayId,
    startedAt,
    seconds,
    file,
    channels: [...channels],
    sha256,
    sealedBytes,
    chainNumber: chain.number,
    chainLink: chain.link,
    check: 'unchecked',
    gapSeconds: 0,
    holds: [],
    purgedAt: null,
  };
}

/** Seconds in which sound that was there is missing; a party that was silent or badly connected is no such thing. */
export function missingSeconds({ gaps }: Pick<FactOf<'recording.checked'>, 'gaps'>): number {
  const missing = gaps.filter(({ kind }) => kind !== 'not-received').reduce((sum, { seconds }) => sum + seconds, 0);
  return Math.round(missing * 100) / 100;
}
