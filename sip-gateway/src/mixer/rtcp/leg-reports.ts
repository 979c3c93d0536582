import type { LegQuality } from '../../ports/mixer.port.ts';
import { FRAME_MS } from '../frame.ts';
import { readReports, writeReport } from './rtcp-packet.ts';
import type { Report, ReportBlock, SenderInfo } from './rtcp-packet.ts';
import { Reception } from './reception.ts';
import { estimateMos } from './speech-quality.ts';

/** Seconds from 1900 (NTP) to 1970 (Unix). */
const NTP_OFFSET_SECONDS = 2_208_988_800;
/** Times in reports are the middle 32 bits of NTP: units of 1/65536 s. */
const SHORT_UNITS_PER_MS = 65.536;

/** Our outgoing stream as a sender report tells it. */
export interface SentStream {
  readonly ssrc: number;
  readonly rtpTimestamp: number;
  readonly packets: number;
  readonly octets: number;
}

/** Both directions of one leg's RTCP (RFC 3550 section 6.4): what we report, and the round trip from what the party reports. */
export class LegReports {
  readonly reception = new Reception();
  #partyReport: { readonly middle: number; readonly atMs: number } | null = null;
  #roundTripMs: number | null = null;
  #lateBefore = 0;

  reset(): void {
    this.reception.reset();
    this.#partyReport = null;
    this.#roundTripMs = null;
  }

  /** Takes a compound packet of the party. `nowMs` since the Unix epoch, of the clock our own reports carry. */
  receive(packet: Buffer, ownSsrc: number, nowMs: number): void {
    for (const report of readReports(packet)) {
      if (report.sender) this.#partyReport = { middle: middleOf(report.sender), atMs: nowMs };
      for (const block of report.blocks) if (block.ssrc === ownSsrc) this.#noteRoundTrip(block, nowMs);
    }
  }

  /**
   * Ends an interval: the packet to send and, when anything was expected in it, how good it was.
   * `packetsLate` since the leg exists; `playoutFrames` is the delay of its jitter buffer.
   */
  takeInterval(
    sent: SentStream,
    now: { readonly nowMs: number; readonly packetsLate: number; readonly playoutFrames: number; readonly isGoodbye: boolean },
  ): { readonly packet: Buffer; readonly quality: LegQuality | null } {
    const interval = this.reception.takeInterval();
    const late = now.packetsLate - this.#lateBefore;
    this.#lateBefore = now.packetsLate;
    const about = this.reception.describe(interval);
    const block: ReportBlock | null = about && { ...about, ...this.#sinceLastReport(now.nowMs) };
    const report: Report = { ssrc: sent.ssrc, sender: senderInfo(sent, now.nowMs), blocks: block ? [block] : [] };
    const packet = writeReport(report, `leg-${sent.ssrc.toString(16)}`, now.isGoodbye);
    if (interval.expected === 0) return { packet, quality: null };
    const lossPct = Math.min(100, ((interval.lost + late) * 100) / interval.expected);
    return { packet, quality: this.#quality(lossPct, now.playoutFrames) };
  }

  #quality(lossPct: number, playoutFrames: number): LegQuality {
    // One frame is being spoken while the one before is on its way.
    const delayMs = (this.#roundTripMs ?? 0) / 2 + (playoutFrames + 1) * FRAME_MS;
    return {
      lossPct: round(lossPct, 2),
      jitterMs: round(this.reception.jitterMs, 1),
      roundTripMs: this.#roundTripMs === null ? null : round(this.#roundTripMs, 1),
      mos: round(estimateMos({ lossPct, delayMs }), 2),
    };
  }

  #sinceLastReport(nowMs: number): Pick<ReportBlock, 'lastReport' | 'delaySinceLastReport'> {
    if (!this.#partyReport) return { lastReport: 0, delaySinceLastReport: 0 };
    const delay = Math.round((nowMs - this.#partyReport.atMs) * SHORT_UNITS_PER_MS);
    return { lastReport: this.#partyReport.middle, delaySinceLastReport: delay };
  }

  #noteRoundTrip(block: ReportBlock, nowMs: number): void {
    if (block.lastReport === 0) return;
    const units = (middleOf(senderTime(nowMs)) - block.lastReport - block.delaySinceLastReport) | 0;
    // A party that rounds its delay up can make a short trip negative.
    this.#roundTripMs = Math.max(0, units / SHORT_UNITS_PER_MS);
  }
}

function senderTime(nowMs: number): Pick<SenderInfo, 'ntpSeconds' | 'ntpFraction'> {
  const seconds = Math.floor(nowMs / 1000);
  return { ntpSeconds: seconds + NTP_OFFSET_SECONDS, ntpFraction: Math.floor(((nowMs - seconds * 1000) / 1000) * 2 ** 32) };
}

function senderInfo(sent: SentStream, nowMs: number): SenderInfo {
  return { ...senderTime(nowMs), rtpTimestamp: sent.rtpTimestamp, packets: sent.packets, octets: sent.octets };
}

function middleOf({ ntpSeconds, ntpFraction }: Pick<SenderInfo, 'ntpSeconds' | 'ntpFraction'>): number {
  return (((ntpSeconds & 0xffff) << 16) | (ntpFraction >>> 16)) >>> 0;
}

function round(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
