/** An RTP packet, RFC 3550 §5.1, without its list of contributing sources and header extension. */
export interface RtpPacket {
  readonly payloadType: number;
  readonly marker: boolean;
  readonly sequence: number;
  readonly timestamp: number;
  readonly ssrc: number;
  readonly payload: Uint8Array;
}

const HEADER_BYTES = 12;
const VERSION = 2;

export function writeRtp(packet: RtpPacket): Buffer {
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + packet.payload.length);
  bytes[0] = VERSION << 6;
  bytes[1] = (packet.marker ? 0x80 : 0) | packet.payloadType;
  bytes.writeUInt16BE(packet.sequence & 0xffff, 2);
  bytes.writeUInt32BE(packet.timestamp >>> 0, 4);
  bytes.writeUInt32BE(packet.ssrc >>> 0, 8);
  bytes.set(packet.payload, HEADER_BYTES);
  return bytes;
}

/** Reads a datagram; null when it is no well-formed RTP packet (RTCP on the same port included, RFC 5761 §4). */
export function readRtp(datagram: Buffer): RtpPacket | null {
  if (datagram.length < HEADER_BYTES) return null;
  const flags = datagram.readUInt8(0);
  const typeByte = datagram.readUInt8(1);
  if (flags >> 6 !== VERSION || (typeByte >= 192 && typeByte <= 223)) return null;
  const start = payloadStart(datagram, flags);
  const end = flags & 0x20 ? datagram.length - datagram.readUInt8(datagram.length - 1) : datagram.length;
  if (start === null || end < start) return null;
  return {
    payloadType: typeByte & 0x7f,
    marker: (typeByte & 0x80) !== 0,
    sequence: datagram.readUInt16BE(2),
    timestamp: datagram.readUInt32BE(4),
    ssrc: datagram.readUInt32BE(8),
    payload: datagram.subarray(start, end),
  };
}

function payloadStart(datagram: Buffer, flags: number): number | null {
  const afterSources = HEADER_BYTES + 4 * (flags & 0x0f);
  if ((flags & 0x10) === 0) return afterSources <= datagram.length ? afterSources : null;
  if (afterSources + 4 > datagram.length) return null;
  const afterExtension = afterSources + 4 + 4 * datagram.readUInt16BE(afterSources + 2);
  return afterExtension <= datagram.length ? afterExtension : null;
}
