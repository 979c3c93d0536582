/** RTP packets (RFC 3550 §5.1), read and written without trusting a single length field. */
export interface RtpPacket {
  readonly payloadType: number;
  readonly marker: boolean;
  readonly sequenceNumber: number;
  readonly timestamp: number;
  readonly ssrc: number;
  readonly payload: Buffer;
}

export const RTP_HEADER_BYTES = 12;
const VERSION_2 = 2;

/** Reads a packet; null when it is not well-formed RTP, or is RTCP sharing the port (RFC 5761 §4). */
export function parseRtp(packet: Buffer): RtpPacket | null {
  if (packet.length < RTP_HEADER_BYTES) return null;
  const flags = packet.readUInt8(0);
  const second = packet.readUInt8(1);
  if (flags >> 6 !== VERSION_2 || isRtcpType(second)) return null;
  let start = RTP_HEADER_BYTES + (flags & 0x0f) * 4;
  if (flags & 0x10) {
    if (packet.length < start + 4) return null;
    start += 4 + packet.readUInt16BE(start + 2) * 4;
  }
  let end = packet.length;
  if (flags & 0x20) {
    const padding = packet.readUInt8(end - 1);
    if (padding === 0) return null;
    end -= padding;
  }
  if (start > end) return null;
  return {
    payloadType: second & 0x7f,
    marker: (second & 0x80) !== 0,
    sequenceNumber: packet.readUInt16BE(2),
    timestamp: packet.readUInt32BE(4),
    ssrc: packet.readUInt32BE(8),
    payload: packet.subarray(start, end),
  };
}

/** Packet types 192–223 (RFC 5761 §4). */
function isRtcpType(octet: number): boolean {
  return octet >= 192 && octet <= 223;
}

/** Writes the 12 octets of a header without CSRC, extension or padding. */
export function writeRtpHeader(packet: Buffer, header: Omit<RtpPacket, 'payload'>): void {
  packet.writeUInt8(VERSION_2 << 6, 0);
  packet.writeUInt8((header.marker ? 0x80 : 0) | header.payloadType, 1);
  packet.writeUInt16BE(header.sequenceNumber, 2);
  packet.writeUInt32BE(header.timestamp, 4);
  packet.writeUInt32BE(header.ssrc, 8);
}
