import type { LegId, RtpAddress } from '../ports/mixer.port.ts';
import { FRAME_MS, FRAME_SAMPLES } from './frame.ts';
import { decodeG711, encodeMulaw, MULAW_SILENCE, PCMA, PCMU } from './g711.ts';
import { JitterBuffer } from './jitter-buffer.ts';
import type { PullOutcome } from './jitter-buffer.ts';
import { parseRtp, RTP_HEADER_BYTES, writeRtpHeader } from './rtp-packet.ts';
import type { RtpPacket } from './rtp-packet.ts';
import { parseTelephoneEvent, TelephoneEventDetector, TelephoneEventSender } from './telephone-event.ts';
import { TonePlayer } from './tones.ts';

const SILENT_AFTER_TICKS = 2000 / FRAME_MS;

/** Where a leg's packets and news go; the socket and the event channel stand behind it. */
export interface LegOutlet {
  send(packet: Buffer, remote: RtpAddress): void;
  onDigit(leg: LegId, digit: string): void;
  onFlow(leg: LegId, flow: 'silent' | 'flowing'): void;
}

/** Starting values of the outgoing stream; random in production (RFC 3550 §5.1), fixed in tests. */
export interface StreamStart {
  readonly ssrc: number;
  readonly sequenceNumber: number;
  readonly timestamp: number;
}

/** One party: packets in, one frame per tick out of them; one mixed frame per tick in, packets out. No socket, no clock. */
export class Leg {
  readonly id: LegId;
  /** What this leg says in the current tick. */
  readonly frame = new Int16Array(FRAME_SAMPLES);
  readonly tone = new TonePlayer();
  readonly #outlet: LegOutlet;
  readonly #jitterBuffer = new JitterBuffer();
  readonly #detector = new TelephoneEventDetector();
  readonly #events = new TelephoneEventSender();
  readonly #ssrc: number;
  #sequenceNumber: number;
  #timestamp: number;
  #isMarkerDue = true;
  #remote: RtpAddress | null = null;
  #telephoneEventType: number | null = null;
  #ticksWithoutPacket = 0;
  #outcome: PullOutcome = 'idle';
  #packetsReceived = 0;
  #packetsSent = 0;
  #packetsForeign = 0;
  #framesConcealed = 0;

  constructor(id: LegId, outlet: LegOutlet, start: StreamStart) {
    this.id = id;
    this.#outlet = outlet;
    this.#ssrc = start.ssrc;
    this.#sequenceNumber = start.sequenceNumber;
    this.#timestamp = start.timestamp;
  }

  /** Whether this tick's frame came from packets in full. */
  get isFramePlayed(): boolean {
    return this.#outcome === 'played';
  }

  get statistics(): { packetsReceived: number; packetsSent: number; packetsForeign: number; framesConcealed: number } {
    return {
      packetsReceived: this.#packetsReceived,
      packetsSent: this.#packetsSent,
      packetsForeign: this.#packetsForeign,
      framesConcealed: this.#framesConcealed,
    };
  }

  get canSendDigits(): boolean {
    return this.#telephoneEventType !== null;
  }

  /** Digits queued and not yet sent. */
  get pendingDigits(): number {
    return this.#events.pending;
  }

  /** Names the far side; what an earlier far side sent is forgotten. */
  connect(remote: RtpAddress, telephoneEventType: number | null): void {
    this.#remote = remote;
    this.#telephoneEventType = telephoneEventType;
    this.#jitterBuffer.reset();
    this.#detector.reset();
    this.#events.clear();
    this.#isMarkerDue = true;
    this.#ticksWithoutPacket = 0;
  }

  sendDigits(digits: string): void {
    this.#events.enqueue(digits);
  }

  /** Takes a packet from the socket. Anything but well-formed RTP from the connected address is dropped. */
  receive(packet: Buffer, from: RtpAddress): void {
    if (!this.#remote || from.port !== this.#remote.port || from.host !== this.#remote.host) {
      this.#packetsForeign += 1;
      return;
    }
    const rtp = parseRtp(packet);
    if (!rtp) return;
    this.#packetsReceived += 1;
    if (this.#ticksWithoutPacket >= SILENT_AFTER_TICKS) this.#outlet.onFlow(this.id, 'flowing');
    this.#ticksWithoutPacket = 0;
    if (rtp.payloadType === PCMU || rtp.payloadType === PCMA) this.#receiveAudio(rtp, rtp.payloadType);
    else if (rtp.payloadType === this.#telephoneEventType) this.#receiveEvent(rtp);
  }

  /** Moves on one tick: puts what the party says now into `frame`. */
  pullFrame(): void {
    this.#outcome = this.#jitterBuffer.pull(this.frame);
    if (this.#outcome === 'concealed') this.#framesConcealed += 1;
    if (!this.#remote || this.#ticksWithoutPacket >= SILENT_AFTER_TICKS) return;
    this.#ticksWithoutPacket += 1;
    if (this.#ticksWithoutPacket === SILENT_AFTER_TICKS) this.#outlet.onFlow(this.id, 'silent');
  }

  /** Sends this tick's packets; `mixed` is null when the leg hears nothing. A leg that is not connected sends none. */
  sendFrame(mixed: Float64Array | null): void {
    this.#timestamp = (this.#timestamp + FRAME_SAMPLES) >>> 0;
    if (!this.#remote) return;
    const event = this.#telephoneEventType === null ? null : this.#events.next(this.#timestamp);
    if (event && this.#telephoneEventType !== null) {
      this.#send(this.#telephoneEventType, event.startTimestamp, event.marker, event.payload);
      if (event.replacesAudio) return;
    }
    const packet = this.#startPacket(PCMU, this.#timestamp, this.#isMarkerDue, FRAME_SAMPLES);
    this.#isMarkerDue = false;
    if (mixed) encodeMulaw(mixed, packet.subarray(RTP_HEADER_BYTES));
    else packet.fill(MULAW_SILENCE, RTP_HEADER_BYTES);
    this.#outlet.send(packet, this.#remote);
  }

  /** Time that passed without ticks: the receiver must see it in the timestamp. */
  skipTicks(ticks: number): void {
    this.#timestamp = (this.#timestamp + ticks * FRAME_SAMPLES) >>> 0;
    this.#isMarkerDue = true;
  }

  #receiveAudio(rtp: RtpPacket, payloadType: typeof PCMU | typeof PCMA): void {
    const samples = new Int16Array(rtp.payload.length);
    decodeG711(payloadType, rtp.payload, samples);
    if (this.#jitterBuffer.push(rtp.ssrc, rtp.timestamp, samples) === 'resynchronised') this.#detector.reset();
  }

  #receiveEvent(rtp: RtpPacket): void {
    const event = parseTelephoneEvent(rtp.payload);
    if (!event) return;
    this.#jitterBuffer.pushSilence(rtp.ssrc, rtp.timestamp, event.duration);
    const digit = this.#detector.detect(rtp.timestamp, event);
    if (digit !== null) this.#outlet.onDigit(this.id, digit);
  }

  #send(payloadType: number, timestamp: number, marker: boolean, payload: Buffer): void {
    if (!this.#remote) return;
    const packet = this.#startPacket(payloadType, timestamp, marker, payload.length);
    payload.copy(packet, RTP_HEADER_BYTES);
    this.#outlet.send(packet, this.#remote);
  }

  #startPacket(payloadType: number, timestamp: number, marker: boolean, payloadBytes: number): Buffer {
    const packet = Buffer.allocUnsafe(RTP_HEADER_BYTES + payloadBytes);
    this.#sequenceNumber = (this.#sequenceNumber + 1) & 0xffff;
    this.#packetsSent += 1;
    writeRtpHeader(packet, { payloadType, marker, sequenceNumber: this.#sequenceNumber, timestamp, ssrc: this.#ssrc });
    return packet;
  }
}
