import { FRAME_SAMPLES } from './frame.ts';
import type { SentStream } from './rtcp/leg-reports.ts';
import { RTP_HEADER_BYTES, writeRtpHeader } from './rtp-packet.ts';

/** Starting values of the outgoing stream; random in production (RFC 3550 §5.1), fixed in tests. */
export interface StreamStart {
  readonly ssrc: number;
  readonly sequenceNumber: number;
  readonly timestamp: number;
}

/** Numbers what a leg sends: sequence numbers, timestamps, the marker after a pause, and the counts for sender reports. */
export class OutgoingStream {
  readonly ssrc: number;
  #sequenceNumber: number;
  #timestamp: number;
  #isMarkerDue = true;
  #packets = 0;
  #octets = 0;

  constructor(start: StreamStart) {
    this.ssrc = start.ssrc;
    this.#sequenceNumber = start.sequenceNumber;
    this.#timestamp = start.timestamp;
  }

  /** Of the tick at hand. */
  get timestamp(): number {
    return this.#timestamp;
  }

  get sent(): SentStream {
    return { ssrc: this.ssrc, rtpTimestamp: this.#timestamp, packets: this.#packets, octets: this.#octets };
  }

  get packets(): number {
    return this.#packets;
  }

  /** Moves on by so many ticks, whether anything is sent in them or not. */
  advance(ticks: number): void {
    this.#timestamp = (this.#timestamp + ticks * FRAME_SAMPLES) >>> 0;
  }

  /** The next audio packet begins a new stretch of sound. */
  markNext(): void {
    this.#isMarkerDue = true;
  }

  /** A packet for this tick's audio, its payload still to be written behind the header. */
  startAudio(payloadType: number): Buffer {
    const marker = this.#isMarkerDue;
    this.#isMarkerDue = false;
    return this.startPacket({ payloadType, marker, timestamp: this.#timestamp, payloadBytes: FRAME_SAMPLES });
  }

  startPacket(header: { payloadType: number; marker: boolean; timestamp: number; payloadBytes: number }): Buffer {
    const packet = Buffer.allocUnsafe(RTP_HEADER_BYTES + header.payloadBytes);
    this.#sequenceNumber = (this.#sequenceNumber + 1) & 0xffff;
    this.#packets += 1;
    this.#octets += header.payloadBytes;
    writeRtpHeader(packet, {
      payloadType: header.payloadType,
      marker: header.marker,
      sequenceNumber: this.#sequenceNumber,
      timestamp: header.timestamp,
      ssrc: this.ssrc,
    });
    return packet;
  }
}
