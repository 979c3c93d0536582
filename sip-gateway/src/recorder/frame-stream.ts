import { z } from 'zod';
import { ChannelName } from '#contracts/recordings.contract';
import { FRAME_SAMPLES } from '../mixer/frame.ts';
import { RecordingNote } from './recording-note.ts';

/**
 * What the mixer tells the recorder over their Unix domain socket, and what a segment on disk holds. Every message: length of the rest (u32),
 * kind (u8), recording (u32), sequence (u32, counts up within the recording), tick (u32, 20 ms since the recording began), then the body.
 * All integers big-endian, all samples little-endian.
 */
export type FrameMessage = MessageHead & MessageBody;

export interface MessageHead {
  readonly recording: number;
  readonly sequence: number;
  readonly tick: number;
}

export type MessageBody =
  /** Opens a segment: all channels so far, and the time of day. Its sequence is that of the message before the first one that follows. */
  | { readonly kind: 'start'; readonly names: readonly ChannelName[]; readonly atMs: number }
  | { readonly kind: 'frame'; readonly channels: readonly ChannelFrame[] }
  | { readonly kind: 'gap'; readonly ticks: number }
  | { readonly kind: 'note'; readonly note: RecordingNote }
  | { readonly kind: 'end' };

/** `concealed`: no packet was there, and the samples are made up. `absent`: the party has no leg; there are no samples. */
export type FrameState = 'absent' | 'concealed' | 'played';

/** 20 ms of one party. */
export interface ChannelFrame {
  readonly state: FrameState;
  readonly samples: Int16Array;
}

/** A message as it travels, with what is needed to put it away without reading it. */
export interface RawMessage extends MessageHead {
  readonly kind: MessageBody['kind'];
  /** The whole message, its length included. */
  readonly bytes: Buffer;
}

/** The recorder sends this one octet when it has accepted the mixer's connection. After it come acknowledgements, see `encodeAck`. */
export const HELLO = Buffer.from([0x4b]);
export const ACK_BYTES = 8;

const KINDS: readonly MessageBody['kind'][] = ['start', 'frame', 'gap', 'note', 'end'];
const Start = z.object({ names: z.array(ChannelName), atMs: z.number() });
const STATES: readonly FrameState[] = ['absent', 'concealed', 'played'];
const LENGTH_BYTES = 4;
const HEADER_BYTES = 13;
const BODY_AT = LENGTH_BYTES + HEADER_BYTES;
const SAMPLES_BYTES = FRAME_SAMPLES * 2;
const MAX_MESSAGE_BYTES = 16_384;
const NO_SAMPLES = new Int16Array(FRAME_SAMPLES);

/** Writes one message; the samples are copied. */
export function encodeMessage(head: MessageHead, body: MessageBody): Buffer {
  switch (body.kind) {
    case 'frame':
      return encodeFrame(head, body.channels);
    case 'gap': {
      const bytes = startMessage(head, 'gap', 4);
      bytes.writeUInt32BE(body.ticks, BODY_AT);
      return bytes;
    }
    case 'note':
      return encodeJson(head, 'note', body.note);
    case 'start':
      return encodeJson(head, 'start', { names: body.names, atMs: body.atMs });
    case 'end':
      return startMessage(head, 'end', 0);
  }
}

/** "Everything of this recording up to this sequence number is written": recording (u32), sequence (u32). */
export function encodeAck(recording: number, sequence: number): Buffer {
  const bytes = Buffer.allocUnsafe(ACK_BYTES);
  bytes.writeUInt32BE(recording, 0);
  bytes.writeUInt32BE(sequence, 4);
  return bytes;
}

function encodeFrame(head: MessageHead, channels: readonly ChannelFrame[]): Buffer {
  const spoken = channels.filter(({ state }) => state !== 'absent').length;
  const bytes = startMessage(head, 'frame', channels.length + spoken * SAMPLES_BYTES);
  let at = BODY_AT;
  for (const { state, samples } of channels) {
    bytes.writeUInt8(STATES.indexOf(state), at);
    at += 1;
    if (state === 'absent') continue;
    // The platforms of Node are little-endian, like the stream.
    bytes.set(new Uint8Array(samples.buffer, samples.byteOffset, SAMPLES_BYTES), at);
    at += SAMPLES_BYTES;
  }
  return bytes;
}

function encodeJson(head: MessageHead, kind: 'start' | 'note', value: unknown): Buffer {
  const json = Buffer.from(JSON.stringify(value));
  const bytes = startMessage(head, kind, json.length);
  json.copy(bytes, BODY_AT);
  return bytes;
}

function startMessage(head: MessageHead, kind: MessageBody['kind'], bodyBytes: number): Buffer {
  const bytes = Buffer.allocUnsafe(BODY_AT + bodyBytes);
  bytes.writeUInt32BE(HEADER_BYTES + bodyBytes, 0);
  bytes.writeUInt8(KINDS.indexOf(kind), 4);
  bytes.writeUInt32BE(head.recording, 5);
  bytes.writeUInt32BE(head.sequence, 9);
  bytes.writeUInt32BE(head.tick, 13);
  return bytes;
}

/** Cuts the byte stream into messages, however it was chunked. */
export class FrameStreamReader {
  #rest: Buffer = Buffer.alloc(0);

  /** @throws RangeError when the stream is not ours; it cannot be read any further then */
  read(chunk: Buffer): RawMessage[] {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const messages: RawMessage[] = [];
    let at = 0;
    while (bytes.length - at >= LENGTH_BYTES) {
      const length = bytes.readUInt32BE(at);
      if (length < HEADER_BYTES || length > MAX_MESSAGE_BYTES)
        throw new RangeError('The frame stream has a message of impossible length');
      if (bytes.length - at < LENGTH_BYTES + length) break;
      messages.push(readHead(bytes.subarray(at, at + LENGTH_BYTES + length)));
      at += LENGTH_BYTES + length;
    }
    this.#rest = bytes.subarray(at);
    return messages;
  }
}

function readHead(bytes: Buffer): RawMessage {
  const kind = KINDS[bytes.readUInt8(4)];
  if (!kind) throw new RangeError('The frame stream has a message of unknown kind');
  return { kind, recording: bytes.readUInt32BE(5), sequence: bytes.readUInt32BE(9), tick: bytes.readUInt32BE(13), bytes };
}

/** Reads the body of a message. @throws RangeError or ZodError when it is not ours */
export function decodeBody({ kind, bytes }: RawMessage): MessageBody {
  const body = bytes.subarray(BODY_AT);
  switch (kind) {
    case 'frame':
      return { kind, channels: decodeChannels(body) };
    case 'gap':
      return { kind, ticks: body.readUInt32BE(0) };
    case 'start':
      return { kind, ...Start.parse(JSON.parse(body.toString())) };
    case 'note':
      return { kind, note: RecordingNote.parse(JSON.parse(body.toString())) };
    case 'end':
      return { kind };
  }
}

function decodeChannels(body: Buffer): ChannelFrame[] {
  const channels: ChannelFrame[] = [];
  for (let at = 0; at < body.length;) {
    const state = STATES[body.readUInt8(at)];
    if (!state) throw new RangeError('The frame stream has a channel in an unknown state');
    at += 1;
    if (state === 'absent') {
      channels.push({ state, samples: NO_SAMPLES });
      continue;
    }
    if (body.length - at < SAMPLES_BYTES) throw new RangeError('The frame stream has half a channel');
    channels.push({ state, samples: copySamples(body.subarray(at, at + SAMPLES_BYTES)) });
    at += SAMPLES_BYTES;
  }
  return channels;
}

/** Copied, because a sample in the stream need not lie at an even address. */
function copySamples(bytes: Buffer): Int16Array {
  const samples = new Int16Array(FRAME_SAMPLES);
  new Uint8Array(samples.buffer).set(bytes);
  return samples;
}

/** Cuts acknowledgements out of what the recorder sends, however it was chunked. */
export class AckReader {
  #rest: Buffer = Buffer.alloc(0);

  read(chunk: Buffer): { readonly recording: number; readonly sequence: number }[] {
    const bytes = Buffer.concat([this.#rest, chunk]);
    const acks = [];
    let at = 0;
    for (; bytes.length - at >= ACK_BYTES; at += ACK_BYTES) {
      acks.push({ recording: bytes.readUInt32BE(at), sequence: bytes.readUInt32BE(at + 4) });
    }
    this.#rest = bytes.subarray(at);
    return acks;
  }
}
