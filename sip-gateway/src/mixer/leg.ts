import type { Codec, LegId, LegQuality, RtpAddress, SoundName } from '../ports/mixer.port.ts';
import { KeyPresses } from './dtmf/key-presses.ts';
import { ToneDetector } from './dtmf/tone-detector.ts';
import { FRAME_MS, FRAME_SAMPLES } from './frame.ts';
import { ALAW_SILENCE, decodeG711, encodeG711, MULAW_SILENCE, PAYLOAD_TYPES, PCMA, PCMU } from './g711.ts';
import type { G711Type } from './g711.ts';
import { JitterBuffer } from './jitter-buffer.ts';
import type { PullOutcome } from './jitter-buffer.ts';
import { LevelMeter } from './level-meter.ts';
import { Limiter } from './limiter.ts';
import { OutgoingStream } from './outgoing-stream.ts';
import type { StreamStart } from './outgoing-stream.ts';
import { LegReports } from './rtcp/leg-reports.ts';
import { isRtcp } from './rtcp/rtcp-packet.ts';
import { parseRtp, RTP_HEADER_BYTES } from './rtp-packet.ts';
import type { RtpPacket } from './rtp-packet.ts';
import { parseTelephoneEvent, TelephoneEventDetector, TelephoneEventSender } from './telephone-event.ts';
import { LegSounds } from './sound/leg-sounds.ts';
import type { Speaker } from './speaker.ts';

const SILENT_AFTER_TICKS = 2000 / FRAME_MS;
const REPORT_TICKS = 5000 / FRAME_MS;
/** The first report goes out after 1 to 2 s, so that a short call is judged too, and legs opened together do not report together. */
const FIRST_REPORT_TICKS = 1000 / FRAME_MS;

/** Where a leg's packets and news go; the socket and the event channel stand behind it. */
export interface LegOutlet {
  send(packet: Buffer, remote: RtpAddress): void;
  onDigit(leg: LegId, digit: string): void;
  onFlow(leg: LegId, flow: 'silent' | 'flowing'): void;
  onPlayed(leg: LegId, sound: SoundName): void;
  onQuality(leg: LegId, quality: LegQuality): void;
  /** Milliseconds since the Unix epoch, as finely as the clock gives them. */
  nowMs(): number;
}

/** One entry of a leg's row of the gain matrix. */
export interface Heard {
  readonly speaker: Speaker;
  readonly gain: number;
}

export interface LegConnection {
  readonly remote: RtpAddress;
  readonly telephoneEventType: number | null;
  readonly codec: Codec;
}

/** The payload of the packet at hand; the jitter buffer copies it. */
const decoded = new Int16Array(FRAME_SAMPLES);

/** One party: packets in, one frame per tick out of them; one mixed frame per tick in, packets out. No socket, no clock. */
export class Leg implements Speaker {
  readonly id: LegId;
  /** What this leg says in the current tick. */
  readonly frame = new Int16Array(FRAME_SAMPLES);
  readonly sounds = new LegSounds();
  /** Whom this leg hears. */
  hears: readonly Heard[] = [];
  readonly #limiter = new Limiter();
  readonly #meter = new LevelMeter();
  readonly #reports = new LegReports();
  readonly #keyPresses = new KeyPresses();
  readonly #outlet: LegOutlet;
  readonly #jitterBuffer = new JitterBuffer();
  readonly #detector = new TelephoneEventDetector();
  readonly #events = new TelephoneEventSender();
  readonly #stream: OutgoingStream;
  #remote: RtpAddress | null = null;
  #telephoneEventType: number | null = null;
  #codec: G711Type = PCMU;
  #toneDetector: ToneDetector | null = null;
  #tick = 0;
  #ticksToReport: number;
  #ticksWithoutPacket = 0;
  #outcome: PullOutcome = 'idle';
  #packetsReceived = 0;
  #packetsForeign = 0;
  #framesConcealed = 0;

  constructor(id: LegId, outlet: LegOutlet, start: StreamStart) {
    this.id = id;
    this.#outlet = outlet;
    this.#stream = new OutgoingStream(start);
    this.#ticksToReport = FIRST_REPORT_TICKS + (start.ssrc % FIRST_REPORT_TICKS);
  }

  /** Whether this tick's frame came from packets in full. */
  get isFramePlayed(): boolean {
    return this.#outcome === 'played';
  }

  get packetsReceived(): number {
    return this.#packetsReceived;
  }

  get statistics(): {
    packetsReceived: number;
    packetsSent: number;
    packetsForeign: number;
    framesConcealed: number;
    framesInserted: number;
    framesDropped: number;
  } {
    const { framesInserted, framesDropped } = this.#jitterBuffer.counts;
    return {
      packetsReceived: this.#packetsReceived,
      packetsSent: this.#stream.packets,
      packetsForeign: this.#packetsForeign,
      framesConcealed: this.#framesConcealed,
      framesInserted,
      framesDropped,
    };
  }

  get isConnected(): boolean {
    return this.#remote !== null;
  }

  get canSendDigits(): boolean {
    return this.#telephoneEventType !== null;
  }

  /** Digits queued and not yet sent. */
  get pendingDigits(): number {
    return this.#events.pending;
  }

  /** Names the far side; what an earlier far side sent is forgotten. */
  connect({ remote, telephoneEventType, codec }: LegConnection): void {
    this.#remote = remote;
    this.#telephoneEventType = telephoneEventType;
    this.#codec = PAYLOAD_TYPES[codec];
    this.#jitterBuffer.reset();
    this.#detector.reset();
    this.#reports.reset();
    this.#events.clear();
    this.#stream.markNext();
    this.#ticksWithoutPacket = 0;
  }

  /** Starts or ends listening for DTMF tones in what the party says. */
  detectTones(on: boolean): void {
    if (on) this.#toneDetector ??= new ToneDetector();
    else this.#toneDetector = null;
  }

  /** How loudly the party spoke since the last call, in dBov. */
  takeLevelDbov(): number {
    return this.#meter.takeLevelDbov();
  }

  sendDigits(digits: string): void {
    this.#events.enqueue(digits);
  }

  /**
   * Takes a packet from the socket. Anything but well-formed RTP or RTCP from the connected address is dropped.
   * `arrivalMs`: of the monotonic clock; null when the packet may have waited in the socket.
   */
  receive(packet: Buffer, from: RtpAddress, arrivalMs: number | null = null): void {
    if (!this.#remote || from.port !== this.#remote.port || from.host !== this.#remote.host) {
      this.#packetsForeign += 1;
      return;
    }
    if (isRtcp(packet)) {
      this.#reports.receive(packet, this.#stream.ssrc, this.#outlet.nowMs());
      return;
    }
    const rtp = parseRtp(packet);
    if (!rtp) return;
    this.#packetsReceived += 1;
    if (this.#ticksWithoutPacket >= SILENT_AFTER_TICKS) this.#outlet.onFlow(this.id, 'flowing');
    this.#ticksWithoutPacket = 0;
    this.#reports.reception.note(rtp, rtp.payloadType === this.#telephoneEventType ? null : arrivalMs);
    if (rtp.payloadType === PCMU || rtp.payloadType === PCMA) this.#receiveAudio(rtp, rtp.payloadType, arrivalMs);
    else if (rtp.payloadType === this.#telephoneEventType) this.#receiveEvent(rtp);
  }

  /** Moves on one tick: puts what the party says now into `frame`. */
  pullFrame(tick: number): void {
    this.#tick = tick;
    this.#outcome = this.#jitterBuffer.pull(this.frame, this.#meter.quietPower);
    if (this.#outcome === 'concealed') this.#framesConcealed += 1;
    this.#meter.add(this.frame);
    if (this.#toneDetector) this.#detectTones(this.#toneDetector);
    if (!this.#remote || this.#ticksWithoutPacket >= SILENT_AFTER_TICKS) return;
    this.#ticksWithoutPacket += 1;
    if (this.#ticksWithoutPacket === SILENT_AFTER_TICKS) this.#outlet.onFlow(this.id, 'silent');
  }

  /** Sends what this leg hears in this tick; `sum` is scratch space for one frame. A leg that is not connected sends nothing. */
  sendFrame(sum: Float64Array): void {
    this.#stream.advance(1);
    if (!this.#remote) return;
    this.#reportWhenDue();
    const mixed = this.#mix(sum);
    if (this.#sendEvent(this.#remote)) return;
    const packet = this.#stream.startAudio(this.#codec);
    if (mixed) encodeG711(this.#codec, mixed, packet, RTP_HEADER_BYTES);
    else packet.fill(this.#codec === PCMU ? MULAW_SILENCE : ALAW_SILENCE, RTP_HEADER_BYTES);
    this.#outlet.send(packet, this.#remote);
  }

  /** Sends an RTCP report and tells how well the party was received since the last one. `isGoodbye`: the leg is closing. */
  report(isGoodbye = false): void {
    if (!this.#remote || (this.#stream.packets === 0 && this.#packetsReceived === 0)) return;
    const { packet, quality } = this.#reports.takeInterval(this.#stream.sent, {
      nowMs: this.#outlet.nowMs(),
      packetsLate: this.#jitterBuffer.counts.packetsLate,
      playoutFrames: this.#jitterBuffer.targetFrames,
      isGoodbye,
    });
    this.#outlet.send(packet, this.#remote);
    if (quality) this.#outlet.onQuality(this.id, quality);
  }

  /** Time that passed without ticks: the receiver must see it in the timestamp. */
  skipTicks(ticks: number): void {
    this.#stream.advance(ticks);
    this.#stream.markNext();
  }

  #reportWhenDue(): void {
    this.#ticksToReport -= 1;
    if (this.#ticksToReport > 0) return;
    this.#ticksToReport = REPORT_TICKS;
    this.report();
  }

  /** The sum of what this leg hears; null for silence, which is most legs' parked state. */
  #mix(sum: Float64Array): Float64Array | null {
    if (this.hears.length === 0 && !this.sounds.isAudible) return null;
    sum.fill(0);
    for (const { speaker, gain } of this.hears) {
      const { frame } = speaker;
      if (gain === 1) addFrame(sum, frame);
      else addScaled(sum, frame, gain);
    }
    if (this.sounds.isOverlaid) {
      const ended = this.sounds.overlay(sum, this.#tick);
      if (ended !== null) this.#outlet.onPlayed(this.id, ended);
    }
    this.#limiter.limit(sum);
    return sum;
  }

  #receiveAudio(rtp: RtpPacket, payloadType: G711Type, arrivalMs: number | null): void {
    const samples = rtp.payload.length === FRAME_SAMPLES ? decoded : new Int16Array(rtp.payload.length);
    decodeG711(payloadType, rtp.payload, samples);
    if (this.#jitterBuffer.push(rtp.ssrc, rtp.timestamp, samples, arrivalMs) === 'resynchronised') this.#detector.reset();
  }

  #receiveEvent(rtp: RtpPacket): void {
    const event = parseTelephoneEvent(rtp.payload);
    if (!event) return;
    this.#jitterBuffer.pushSilence(rtp.ssrc, rtp.timestamp, event.duration);
    const digit = this.#detector.detect(rtp.timestamp, event);
    if (digit !== null && this.#keyPresses.isNew(digit, 'event', this.#tick)) this.#outlet.onDigit(this.id, digit);
  }

  #detectTones(detector: ToneDetector): void {
    for (const digit of detector.detect(this.frame)) {
      if (this.#keyPresses.isNew(digit, 'tones', this.#tick)) this.#outlet.onDigit(this.id, digit);
    }
  }

  /** Sends the telephone-event packet that is due. True when it takes the place of audio. */
  #sendEvent(remote: RtpAddress): boolean {
    if (this.#telephoneEventType === null) return false;
    const event = this.#events.next(this.#stream.timestamp);
    if (!event) return false;
    const { marker, payload, startTimestamp: timestamp, replacesAudio } = event;
    const packet = this.#stream.startPacket({
      payloadType: this.#telephoneEventType,
      marker,
      timestamp,
      payloadBytes: payload.length,
    });
    payload.copy(packet, RTP_HEADER_BYTES);
    this.#outlet.send(packet, remote);
    return replacesAudio;
  }
}

function addFrame(sum: Float64Array, frame: Int16Array): void {
  for (let i = 0; i < FRAME_SAMPLES; i += 1) sum[i] = (sum[i] ?? 0) + (frame[i] ?? 0);
}

function addScaled(sum: Float64Array, frame: Int16Array, gain: number): void {
  for (let i = 0; i < FRAME_SAMPLES; i += 1) sum[i] = (sum[i] ?? 0) + (frame[i] ?? 0) * gain;
}
