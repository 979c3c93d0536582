import { unlink } from 'node:fs/promises';
import path from 'node:path';
import type { ChannelName, PackedRecording, RecordingDescription } from '#contracts/recordings.contract';
import { writeDescription } from '#vault/described-file';
import { PART_SUFFIX, publishFile, syncFolder } from '#vault/durable-file';
import type { KeyRing } from '#vault/key-ring';
import { SealedFileReader, SealedFileWriter } from '#vault/sealed-file';
import type { SealedReceipt } from '#vault/sealed-file';
import { recordingIdOf, recordingPurpose } from '../recording-names.ts';
import { interleave, Timeline } from '../timeline.ts';
import type { TimelineSink } from '../timeline.ts';
import { FRAME_SAMPLES } from '../../mixer/frame.ts';
import { findGaps, missingPackets } from './gap-check.model.ts';
import { OpusEncoder } from './opus-encoder.ts';
import { readSegments } from './segment-reader.ts';
import { SECONDS_PER_TICK, SoundPicture } from './sound-picture.ts';

/** Silence is written in pieces of a second. */
const SILENCE_PIECE_TICKS = 50;

/** What the media engine received of each party while it was recorded, as far as that is known. */
export type EnginePackets = Readonly<Record<ChannelName, number>>;

export interface PackTask {
  readonly recordingsDir: string;
  /** Name of the sealed recording under the recordings folder. */
  readonly file: string;
  /** Names of its segments, in order. */
  readonly segments: readonly string[];
  readonly ring: KeyRing;
  readonly ffmpeg: string;
  readonly enginePackets: EnginePackets;
}

/** What was sealed, before it has its place in the chain. */
export type SealedRecording = Omit<PackedRecording, 'chain'>;

/**
 * Packs the segments of a recording into one sealed file: Opus in Ogg, one channel per party, then the description. No sound is ever written
 * in the clear. The segments are left alone. Null when they hold no sound at all.
 * @throws VaultError, or Error when ffmpeg or the disk fails; then nothing is left behind
 */
export async function packRecording(task: PackTask): Promise<SealedRecording | null> {
  const survey = await surveySegments(task);
  if (survey.ticks === 0 || survey.channels.length === 0) return null;
  const picture = new SoundPicture(survey.channels.length, survey.ticks);
  const finalPath = path.join(task.recordingsDir, task.file);
  const writer = await SealedFileWriter.create(finalPath, task.ring, recordingPurpose(task.file));
  try {
    await encodeInto(task, writer, picture, survey.channels.length);
    const description = describe(task, survey, picture);
    await writeDescription(writer, description);
    const receipt = await writer.finish();
    await verifySealed(task, receipt);
    await publishFile(finalPath);
    return toSealedRecording(task, survey, description, receipt);
  } catch (error) {
    await writer.abandon();
    throw error;
  }
}

/** Length in seconds. */
export async function measureSegments(task: PackTask): Promise<number> {
  return seconds((await surveySegments(task)).ticks);
}

/** Removes the segments of a recording that is sealed and in the chain. */
export async function removeSegments(recordingsDir: string, segments: readonly string[]): Promise<void> {
  for (const segment of segments) await unlink(path.join(recordingsDir, segment));
  for (const folder of new Set(segments.map((segment) => path.dirname(segment))))
    await syncFolder(path.join(recordingsDir, folder));
}

/** The first reading: how long it is and who takes part, which the encoder must know before it begins. */
async function surveySegments(task: PackTask): Promise<Timeline> {
  const timeline = new Timeline({ frame: () => undefined, silence: () => undefined });
  for await (const message of readSegments(task.recordingsDir, task.file, task.segments, task.ring)) timeline.add(message);
  timeline.finish();
  return timeline;
}

/** The second reading: sound to the encoder, what comes out of it into the sealed file. */
async function encodeInto(task: PackTask, writer: SealedFileWriter, picture: SoundPicture, channels: number): Promise<void> {
  const encoder = new OpusEncoder(task.ffmpeg, channels);
  const sealing = sealOutput(encoder, writer);
  sealing.catch(() => encoder.kill());
  const blocks: Buffer[] = [];
  const sink: TimelineSink = {
    frame: (frames) => {
      picture.frame(frames);
      blocks.push(interleave(frames, channels));
    },
    silence: (ticks) => {
      picture.silence(ticks);
      for (let left = ticks; left > 0; left -= SILENCE_PIECE_TICKS) {
        blocks.push(Buffer.alloc(Math.min(left, SILENCE_PIECE_TICKS) * FRAME_SAMPLES * channels * 2));
      }
    },
  };
  const timeline = new Timeline(sink);
  try {
    for await (const message of readSegments(task.recordingsDir, task.file, task.segments, task.ring)) {
      timeline.add(message);
      if (blocks.length < SILENCE_PIECE_TICKS) continue;
      await encoder.write(Buffer.concat(blocks.splice(0)));
    }
    timeline.finish();
    picture.finish();
    await encoder.write(Buffer.concat(blocks));
    await encoder.finish();
  } catch (error) {
    encoder.kill();
    await sealing;
    throw error;
  }
  await sealing;
}

async function sealOutput(encoder: OpusEncoder, writer: SealedFileWriter): Promise<void> {
  // Without an encoding the stream gives Buffers.
  for await (const chunk of encoder.output) await writer.write(chunk as Buffer);
}

function describe(task: PackTask, survey: Timeline, picture: SoundPicture): RecordingDescription {
  const peaks = picture.scaledPeaks;
  const known = survey.gaps.map(({ kind, channel, tick, ticks }) => ({
    kind,
    channel,
    atSeconds: seconds(tick),
    seconds: seconds(ticks),
  }));
  return {
    version: 1,
    recording: recordingIdOf(task.file),
    startedAt: new Date(survey.startedAtMs ?? 0).toISOString(),
    seconds: seconds(survey.ticks),
    channels: survey.channels.map(({ name, played, concealed }, i) => ({
      name,
      peaks: peaks[i] ?? [],
      playedFrames: played,
      concealedFrames: concealed,
    })),
    marks: survey.marks,
    gaps: findGaps(known, accountsOf(task, survey)),
    silences: picture.silences.map(({ tick, ticks }) => ({ atSeconds: seconds(tick), seconds: seconds(ticks) })),
  };
}

/** Nothing is called sealed, and no segment removed, before the file was read back from the disk in full. */
async function verifySealed({ recordingsDir, file, ring }: PackTask, receipt: SealedReceipt): Promise<void> {
  const reader = await SealedFileReader.open(path.join(recordingsDir, file + PART_SUFFIX), ring, recordingPurpose(file));
  try {
    const found = await reader.verify();
    if (found.sha256 !== receipt.sha256 || found.plainSha256 !== receipt.plainSha256)
      throw new Error('The sealed recording reads otherwise');
  } finally {
    await reader.close();
  }
}

function toSealedRecording(
  task: PackTask,
  survey: Timeline,
  { startedAt, gaps, ...description }: RecordingDescription,
  { sha256, sealedBytes }: SealedReceipt,
): SealedRecording {
  return {
    file: task.file,
    startedAt,
    seconds: description.seconds,
    channels: description.channels.map(({ name }): ChannelName => name),
    sha256,
    sealedBytes,
    concealedFrames: description.channels.map(({ concealedFrames }) => concealedFrames),
    missingPackets: accountsOf(task, survey).map((account) => missingPackets(account, gaps)),
    gaps,
  };
}

/** The media engine's word counts before the mixer's. */
function accountsOf({ enginePackets }: PackTask, survey: Timeline) {
  return survey.channels.map(({ name, played, packets }) => ({
    name,
    playedFrames: played,
    packets: enginePackets[name] ?? packets,
  }));
}

function seconds(ticks: number): number {
  return Math.round(ticks * SECONDS_PER_TICK * 100) / 100;
}
