import type { Socket } from 'node:dgram';
import { randomInt } from 'node:crypto';
import type { FrameClock } from './frame-clock.ts';
import type { FramesDue } from './frame-pacer.ts';
import { SILENT_FRAME, silence, type FrameSource } from './frame-source.ts';
import { FRAME_SAMPLES, decodeMuLaw } from './g711.ts';
import { HeardSound } from './heard-sound.ts';
import { rmsDbfs } from './level.ts';
import { readRtp, writeRtp, type RtpPacket } from './rtp-packet.ts';
import type { RtpPorts } from './rtp-ports.ts';
import { EventReceiver, eventFrames, type EventFrame } from './telephone-event.ts';

export const PCMU = 0;
const AUDIBLE_DBFS = -40;

/** Where to send to and accept from, as negotiated in SDP. */
export interface RtpPeer {
  readonly host: string;
  readonly port: number;
  /** Payload type of telephone-event (RFC 4733), or null when the peer takes none. */
  readonly telephoneEventType: number | null;
  readonly sends: boolean;
  readonly receives: boolean;
}

export interface RtpStatistics {
  readonly packetsSent: number;
  readonly packetsReceived: number;
  /** Packets from somewhere else than the negotiated address: ignored. */
  readonly packetsForeign: number;
}

interface RtpEvents {
  /** The first packet louder than -40 dBFS. */
  onFirstAudible(): void;
  onDigit(key: string): void;
}

/** One party's sound: speaks a frame source and listens, G.711 µ-law in packets of 20 ms. */
export class RtpSession {
  readonly heard = new HeardSound();
  readonly port: number;
  readonly #socket: Socket;
  readonly #clock: FrameClock;
  readonly #events: RtpEvents;
  readonly #digits = new EventReceiver();
  readonly #ssrc = randomInt(2 ** 32);
  #peer: RtpPeer | null = null;
  #unsubscribe: (() => void) | null = null;
  #source: FrameSource = silence();
  #onOver: () => void = () => undefined;
  #keys: Generator<EventFrame | null, void, undefined> | null = null;
  #sequence = randomInt(2 ** 16);
  #timestamp = randomInt(2 ** 32);
  #eventTimestamp = 0;
  #isTalkspurt = true;
  #isAudible = false;
  #isClosed = false;
  #sent = 0;
  #received = 0;
  #foreign = 0;

  /** Takes a free port. @throws NoRtpPortError */
  static async open(ports: RtpPorts, clock: FrameClock, events: RtpEvents): Promise<RtpSession> {
    return new RtpSession(await ports.bind(), clock, events);
  }

  private constructor(socket: Socket, clock: FrameClock, events: RtpEvents) {
    this.#socket = socket;
    this.#clock = clock;
    this.#events = events;
    this.port = socket.address().port;
    socket.on('message', (datagram, from) => this.#receive(datagram, from));
    // A peer that has already closed its port answers by ICMP; RTP goes on or the call ends by SIP.
    socket.on('error', () => undefined);
  }

  get statistics(): RtpStatistics {
    return { packetsSent: this.#sent, packetsReceived: this.#received, packetsForeign: this.#foreign };
  }

  /** Names the peer, or names it anew after a re-INVITE. Sending begins within 20 ms. */
  connect(peer: RtpPeer): void {
    if (this.#isClosed) return;
    this.#peer = peer;
    this.#unsubscribe ??= this.#clock.subscribe((due) => this.#send(due));
  }

  /** Speaks this from now on, and silence when it is over; `onOver` is called then. */
  play(source: FrameSource, onOver: () => void = () => undefined): void {
    this.#source = source;
    this.#onOver = onOver;
  }

  /** Sends keys after any that are still being sent. @returns false when the peer takes no telephone events */
  sendDigits(keys: string): boolean {
    if (!this.#peer || this.#peer.telephoneEventType === null) return false;
    const before = this.#keys;
    this.#keys = (function* (): Generator<EventFrame | null, void, undefined> {
      if (before) yield* before;
      yield* eventFrames(keys);
    })();
    return true;
  }

  /** Frees the port. What was heard stays measurable. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#unsubscribe?.();
    this.#socket.close();
  }

  #send(due: FramesDue): void {
    if (due.skip > 0) {
      this.#timestamp += due.skip * FRAME_SAMPLES;
      this.#isTalkspurt = true;
    }
    for (let frame = 0; frame < due.send; frame += 1) this.#sendFrame();
  }

  #sendFrame(): void {
    const peer = this.#peer;
    if (peer?.receives) {
      const event = this.#nextEventFrame();
      const packet =
        event && peer.telephoneEventType !== null ? this.#eventPacket(event, peer.telephoneEventType) : this.#soundPacket();
      this.#socket.send(writeRtp(packet), peer.port, peer.host);
      this.#sequence = (this.#sequence + 1) & 0xffff;
      this.#sent += 1;
    }
    this.#timestamp = (this.#timestamp + FRAME_SAMPLES) % 2 ** 32;
  }

  #nextEventFrame(): EventFrame | null {
    const step = this.#keys?.next();
    if (step?.done) this.#keys = null;
    return step?.value ?? null;
  }

  #eventPacket(frame: EventFrame, payloadType: number): RtpPacket {
    if (frame.marker) this.#eventTimestamp = this.#timestamp;
    return { payloadType, ...frame, sequence: this.#sequence, timestamp: this.#eventTimestamp, ssrc: this.#ssrc };
  }

  #soundPacket(): RtpPacket {
    const payload = this.#nextSound();
    const marker = this.#isTalkspurt;
    this.#isTalkspurt = false;
    return { payloadType: PCMU, marker, sequence: this.#sequence, timestamp: this.#timestamp, ssrc: this.#ssrc, payload };
  }

  #nextSound(): Uint8Array {
    const step = this.#source.next();
    if (!step.done) return step.value;
    this.#source = silence();
    this.#onOver();
    return SILENT_FRAME;
  }

  #receive(datagram: Buffer, from: { readonly address: string; readonly port: number }): void {
    const peer = this.#peer;
    const packet = readRtp(datagram);
    if (!packet || !peer) return;
    if (from.address !== peer.host || from.port !== peer.port) {
      this.#foreign += 1;
      return;
    }
    this.#received += 1;
    if (packet.payloadType === peer.telephoneEventType) {
      const key = this.#digits.receive(packet);
      if (key) this.#events.onDigit(key);
    } else if (packet.payloadType === PCMU) this.#hear(packet);
  }

  #hear(packet: RtpPacket): void {
    this.heard.add(packet, performance.now());
    if (this.#isAudible) return;
    this.#isAudible = rmsDbfs(Array.from(packet.payload, decodeMuLaw)) > AUDIBLE_DBFS;
    if (this.#isAudible) this.#events.onFirstAudible();
  }
}
