import { FRAME_SAMPLES } from '../mixer/frame.ts';

/**
 * What the mixer tells the recorder over their Unix domain socket. Every message: length of the rest (u32), kind (u8), recording (u32),
 * tick (u32), then the body. All integers big-endian, all samples little-endian as in the file.
 */
export type FrameMessage =
  | { readonly kind: 'frame'; readonly recording: number; readonly tick: number; readonly channels: readonly ChannelFrame[] }
  | { readonly kind: 'gap'; readonly recording: number; readonly tick: number; readonly ticks: number }
  | { readonly kind: 'end'; readonly recording: number; readonly tick: number };

/** 20 ms of one party. */
export interface ChannelFrame {
  /** False when a packet was missing and the samples are made up. */
  readonly isPlayed: boolean;
  readonly samples: Int16Array;
}

/** The recorder sends this one octet when it has accepted the mixer's connection. */
export const HELLO = Buffer.from([0x4b]);

const KIND_FRAME = 1;
const KIND_GAP = 2;
const KIND_END = 3;
const LENGTH_BYTES = 4;
const HEADER_BYTES = 9;
const SAMPLES_BYTES = FRAME_SAMPLES * 2;
const CHANNEL_BYTES = 1 + SAMPLES_BYTES;
const MAX_CHANNELS = 32;
const MAX_MESSAGE_BYTES = HEADER_BYTES + MAX_CHANNELS * CHANNEL_BYTES;

/** Writes one message; the samples are copied. */
export function encodeFrameMessage(message: FrameMessage): Buffer {
  switch (message.kind) {
    case 'frame':
      return encodeFrame(message.recording, message.tick, message.channels);
    case 'gap': {
      const bytes = startMessage(KIND_GAP, message.recording, message.tick, 4);
      bytes.writeUInt32BE(message.ticks, LENGTH_BYTES + HEADER_BYTES);
      return bytes;
    }
    case 'end':
      return startMessage(KIND_END, message.recording, message.tick, 0);
  }
}

function encodeFrame(recording: number, tick: number, channels: readonly ChannelFrame[]): Buffer {
  const bytes = startMessage(KIND_FRAME, recording, tick, channels.length * CHANNEL_BYTES);
  let at = LENGTH_BYTES + HEADER_BYTES;
  for (const { isPlayed, samples } of channels) {
    bytes.writeUInt8(isPlayed ? 1 : 0, at);
    for (let i = 0; i < FRAME_SAMPLES; i += 1) bytes.writeInt16LE(samples[i] ?? 0, at + 1 + i * 2);
    at += CHANNEL_BYTES;
  }
  return bytes;
}

function startMessage(kind: number, recording: number, tick: number, bodyBytes: number): Buffer {
  const bytes = Buffer.allocUnsafe(LENGTH_BYTES + HEADER_BYTES + bodyBytes);
  bytes.writeUInt32BE(HEADER_BYTES + bodyBytes, 0);
  bytes.writeUInt8(kind, 4);
  bytes.writeUInt32BE(recording, 5);
  bytes.writeUInt32BE(tick, 9);
  return bytes;
}

/** Cuts the byte stream into messages, however it was chunked. */
export class FrameStreamReader {
  #rest: Buffer = Buffer.alloc(0);

  /** @throws RangeError when the stream is not ours; it cannot be read any further then */
  read(chunk: Buffer): FrameMessage[] {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const messages: FrameMessage[] = [];
    let at = 0;
    while (bytes.length - at >= LENGTH_BYTES) {
      const length = bytes.readUInt32BE(at);
      if (length < HEADER_BYTES || length > MAX_MESSAGE_BYTES)
        throw new RangeError('The frame stream has a message of impossible length');
      if (bytes.length - at < LENGTH_BYTES + length) break;
      messages.push(decode(bytes.subarray(at + LENGTH_BYTES, at + LENGTH_BYTES + length)));
      at += LENGTH_BYTES + length;
    }
    this.#rest = bytes.subarray(at);
    return messages;
  }
}

function decode(message: Buffer): FrameMessage {
  const recording = message.readUInt32BE(1);
  const tick = message.readUInt32BE(5);
  const body = message.subarray(HEADER_BYTES);
  switch (message.readUInt8(0)) {
    case KIND_FRAME:
      return { kind: 'frame', recording, tick, channels: decodeChannels(body) };
    case KIND_GAP:
      return { kind: 'gap', recording, tick, ticks: body.readUInt32BE(0) };
    case KIND_END:
      return { kind: 'end', recording, tick };
    default:
      throw new RangeError('The frame stream has a message of unknown kind');
  }
}

function decodeChannels(body: Buffer): ChannelFrame[] {
  if (body.length % CHANNEL_BYTES !== 0) throw new RangeError('The frame stream has half a channel');
  return Array.from({ length: body.length / CHANNEL_BYTES }, (_, channel) => {
    const at = channel * CHANNEL_BYTES;
    const samples = Int16Array.from({ length: FRAME_SAMPLES }, (_sample, i) => body.readInt16LE(at + 1 + i * 2));
    return { isPlayed: body.readUInt8(at) === 1, samples };
  });
}
