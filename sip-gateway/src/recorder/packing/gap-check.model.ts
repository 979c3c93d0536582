import type { RecordingGap } from '#contracts/recordings.contract';

/** One party's sound, as it came in and as it was written. */
export interface ChannelAccount {
  readonly name: string;
  /** Frames of 20 ms that came from packets. */
  readonly playedFrames: number;
  /** Packets of 20 ms that came in while the party was recorded; null when nobody knows. */
  readonly packets: number | null;
}

/**
 * Packets that may come in without ever being a frame of the recording: those under way or in the jitter buffer at either end, repeated
 * telephone-events (RFC 4733 section 2.5.1.4), and duplicates of the network.
 */
const TOLERATED_PACKETS = 25;
const TOLERATED_SHARE = 0.01;
const PACKETS_PER_SECOND = 50;

/** Packets that are missing from the recording, beyond what is normal and what its known gaps explain. */
export function missingPackets({ playedFrames, packets }: ChannelAccount, known: readonly RecordingGap[]): number {
  if (packets === null) return 0;
  const explained = known
    .filter(({ channel }) => channel === null)
    .reduce((sum, { seconds }) => sum + seconds * PACKETS_PER_SECOND, 0);
  const missing = Math.round(packets - playedFrames - explained);
  return missing > TOLERATED_PACKETS + packets * TOLERATED_SHARE ? missing : 0;
}

/** All gaps: those the recording knows of, and a party's packets that came in and are nowhere. */
export function findGaps(known: readonly RecordingGap[], channels: readonly ChannelAccount[]): RecordingGap[] {
  const lost = channels.flatMap((channel) => {
    const packets = missingPackets(channel, known);
    if (packets === 0) return [];
    return [{ kind: 'lost-on-the-way' as const, channel: channel.name, atSeconds: 0, seconds: packets / PACKETS_PER_SECOND }];
  });
  return [...known, ...lost];
}

/** Whether somebody must look: sound that was there is missing. A party that was silent or badly connected is no such thing. */
export function isComplete(gaps: readonly RecordingGap[]): boolean {
  return gaps.every(({ kind }) => kind === 'not-received');
}
