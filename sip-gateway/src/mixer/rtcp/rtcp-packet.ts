/** RTCP (RFC 3550 section 6): what we send and read of it, without trusting a single length field. */
export const SENDER_REPORT = 200;
export const RECEIVER_REPORT = 201;
const SOURCE_DESCRIPTION = 202;
const GOODBYE = 203;
const FIRST_TYPE = 192;
const LAST_TYPE = 223;

const VERSION_2 = 0x80;
const HEADER_BYTES = 8;
const SENDER_INFO_BYTES = 20;
const BLOCK_BYTES = 24;
const CNAME = 1;
/** Cumulative loss is a signed number of 24 bits. */
const MAX_LOST = 0x7f_ffff;

/** What a receiver says about one source (RFC 3550 section 6.4.1). */
export interface ReportBlock {
  readonly ssrc: number;
  /** Of 256. */
  readonly fractionLost: number;
  readonly cumulativeLost: number;
  readonly highestSequence: number;
  /** In timestamp units. */
  readonly jitter: number;
  /** Middle 32 bits of the NTP time of the last sender report, 0 when there was none. */
  readonly lastReport: number;
  /** In 1/65536 s. */
  readonly delaySinceLastReport: number;
}

export interface SenderInfo {
  /** Seconds since 1900 and their fraction (NTP). */
  readonly ntpSeconds: number;
  readonly ntpFraction: number;
  readonly rtpTimestamp: number;
  readonly packets: number;
  readonly octets: number;
}

export interface Report {
  readonly ssrc: number;
  /** Null in a receiver report. */
  readonly sender: SenderInfo | null;
  readonly blocks: readonly ReportBlock[];
}

/** Whether the packet is RTCP on a port it shares with RTP (RFC 5761 section 4). */
export function isRtcp(packet: Uint8Array): boolean {
  const type = packet[1] ?? 0;
  return type >= FIRST_TYPE && type <= LAST_TYPE;
}

/** A compound packet: the report, our canonical name, and a goodbye when the stream ends. */
export function writeReport(report: Report, canonicalName: string, isGoodbye = false): Buffer {
  const parts = [writeReportPart(report), writeName(report.ssrc, canonicalName)];
  if (isGoodbye) parts.push(startPart(GOODBYE, 1, report.ssrc, HEADER_BYTES));
  return Buffer.concat(parts);
}

function writeReportPart({ ssrc, sender, blocks }: Report): Buffer {
  const bytes = HEADER_BYTES + (sender ? SENDER_INFO_BYTES : 0) + blocks.length * BLOCK_BYTES;
  const part = startPart(sender ? SENDER_REPORT : RECEIVER_REPORT, blocks.length, ssrc, bytes);
  let at = HEADER_BYTES;
  if (sender) {
    const words = [sender.ntpSeconds, sender.ntpFraction, sender.rtpTimestamp, sender.packets, sender.octets];
    for (const word of words) at = part.writeUInt32BE(word >>> 0, at);
  }
  for (const block of blocks) {
    at = part.writeUInt32BE(block.ssrc, at);
    at = part.writeUInt8(block.fractionLost, at);
    at = part.writeIntBE(Math.max(-MAX_LOST, Math.min(MAX_LOST, block.cumulativeLost)), at, 3);
    const words = [block.highestSequence, block.jitter, block.lastReport, block.delaySinceLastReport];
    for (const word of words) at = part.writeUInt32BE(word >>> 0, at);
  }
  return part;
}

/** One item, ended by at least one zero octet and filled to whole words (RFC 3550 section 6.5). */
function writeName(ssrc: number, name: string): Buffer {
  const text = Buffer.from(name, 'latin1');
  const bytes = Math.ceil((HEADER_BYTES + 2 + text.length + 1) / 4) * 4;
  const part = startPart(SOURCE_DESCRIPTION, 1, ssrc, bytes);
  part.writeUInt8(CNAME, HEADER_BYTES);
  part.writeUInt8(text.length, HEADER_BYTES + 1);
  text.copy(part, HEADER_BYTES + 2);
  return part;
}

function startPart(type: number, count: number, ssrc: number, bytes: number): Buffer {
  const part = Buffer.alloc(bytes);
  part.writeUInt8(VERSION_2 | count, 0);
  part.writeUInt8(type, 1);
  part.writeUInt16BE(bytes / 4 - 1, 2);
  part.writeUInt32BE(ssrc, 4);
  return part;
}

/** The reports of a compound packet; empty when it is malformed. */
export function readReports(packet: Buffer): Report[] {
  const reports: Report[] = [];
  for (let at = 0; at < packet.length;) {
    if (packet.length - at < 4) return [];
    const flags = packet.readUInt8(at);
    const end = at + 4 + packet.readUInt16BE(at + 2) * 4;
    if ((flags & 0xc0) !== VERSION_2 || end > packet.length) return [];
    const type = packet.readUInt8(at + 1);
    if (type === SENDER_REPORT || type === RECEIVER_REPORT) {
      const report = readReport(packet.subarray(at, end), type === SENDER_REPORT, flags & 0x1f);
      if (report) reports.push(report);
    }
    at = end;
  }
  return reports;
}

function readReport(part: Buffer, isSender: boolean, count: number): Report | null {
  const start = HEADER_BYTES + (isSender ? SENDER_INFO_BYTES : 0);
  if (part.length < start + count * BLOCK_BYTES) return null;
  const sender = isSender
    ? {
        ntpSeconds: part.readUInt32BE(8),
        ntpFraction: part.readUInt32BE(12),
        rtpTimestamp: part.readUInt32BE(16),
        packets: part.readUInt32BE(20),
        octets: part.readUInt32BE(24),
      }
    : null;
  const blocks = Array.from({ length: count }, (_, index) => readBlock(part, start + index * BLOCK_BYTES));
  return { ssrc: part.readUInt32BE(4), sender, blocks };
}

function readBlock(part: Buffer, at: number): ReportBlock {
  return {
    ssrc: part.readUInt32BE(at),
    fractionLost: part.readUInt8(at + 4),
    cumulativeLost: part.readIntBE(at + 5, 3),
    highestSequence: part.readUInt32BE(at + 8),
    jitter: part.readUInt32BE(at + 12),
    lastReport: part.readUInt32BE(at + 16),
    delaySinceLastReport: part.readUInt32BE(at + 20),
  };
}
