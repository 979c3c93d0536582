import { randomInt } from 'node:crypto';
import type dgram from 'node:dgram';
import { performance } from 'node:perf_hooks';
import { MixerError } from '../ports/mixer.port.ts';
import type { Hearing, LegId, LegStatistics, RtpAddress, Signal, SoundName } from '../ports/mixer.port.ts';
import { AudioBridge } from './audio-bridge.ts';
import { FRAME_MS } from './frame.ts';
import type { LegConnection, LegOutlet } from './leg.ts';
import { LoadGuard } from './load-guard.ts';
import type { MixerEvent, TickSummary } from './mixer-protocol.ts';
import type { RtpPorts } from './rtp-socket.ts';
import { areDigits } from './telephone-event.ts';
import type { FrameBoard } from './shards/frame-board.ts';
import { TickClock } from './tick-clock.ts';
import { TickStatistics } from './tick-statistics.ts';

/** 12.8 s of digits; whoever queues more is not dialling. */
const MAX_PENDING_DIGITS = 64;
/** When a tick is this late, packets have piled up in the sockets: they are read first, lest they count as missing. */
const STALL_MS = 10;
const LEVEL_TICKS = 200 / FRAME_MS;

export interface ShardOptions {
  readonly address: string;
  readonly ports: RtpPorts;
  /** Shared with the other threads; null when there are none. */
  readonly board: FrameBoard | null;
  readonly emit: (event: MixerEvent) => void;
  /** Called after each tick. */
  readonly onTick: () => void;
}

/** The legs of one thread with their sockets, and the clock that moves them. */
export class MediaShard {
  readonly bridge: AudioBridge;
  readonly #options: ShardOptions;
  readonly #sockets = new Map<LegId, { readonly socket: dgram.Socket; readonly port: number }>();
  readonly #opening = new Map<LegId, Promise<RtpAddress>>();
  #statistics = new TickStatistics();
  readonly #guard = new LoadGuard();
  #clock = new TickClock(performance.now());
  #sounds: ReadonlyMap<SoundName, Int16Array> = new Map();
  #utilization = performance.eventLoopUtilization();
  #ticksToLevels = LEVEL_TICKS;

  constructor(options: ShardOptions) {
    this.#options = options;
    this.bridge = new AudioBridge(options.board);
  }

  /** How punctual the ticks were since the last call. */
  takeTicks(): TickSummary {
    const { summary } = this.#statistics;
    this.#statistics = new TickStatistics();
    return summary;
  }

  /** Starts the clock. The first tick of all threads is at `firstTickAtMs` (see `monotonicMs`); a thread that starts later skips some. */
  start(firstTickAtMs: number): void {
    this.#clock = new TickClock(firstTickAtMs - FRAME_MS - (monotonicMs() - performance.now()));
    this.#schedule();
  }

  /** From now on `play` finds these; announcements under way go on. */
  useSounds(sounds: ReadonlyMap<SoundName, Int16Array>): void {
    this.#sounds = sounds;
  }

  /** @throws MixerError `leg-exists`, `overloaded`, `no-port` */
  async openLeg(leg: LegId, slot = 0): Promise<RtpAddress> {
    if (this.bridge.hasLeg(leg) || this.#opening.has(leg)) throw new MixerError('leg-exists', 'The leg is already open');
    if (this.#guard.isOverloaded) throw new MixerError('overloaded', 'The mixer has no time for another leg');
    const opened = this.#bindLeg(leg, slot);
    this.#opening.set(leg, opened);
    try {
      return await opened;
    } finally {
      this.#opening.delete(leg);
    }
  }

  connectLeg(leg: LegId, connection: LegConnection): void {
    this.bridge.leg(leg).connect(connection);
  }

  async closeLeg(leg: LegId): Promise<void> {
    await this.#opening.get(leg)?.catch(() => undefined);
    const bound = this.#sockets.get(leg);
    if (!bound) return;
    this.#sockets.delete(leg);
    this.bridge.closeLeg(leg);
    await this.#options.ports.release(bound.socket, bound.port);
  }

  /** Makes a leg of another thread known here. */
  meetLeg(leg: LegId, slot: number): void {
    this.bridge.meetLeg(leg, slot);
  }

  /** A leg of another thread is closed. */
  forgetLeg(leg: LegId): void {
    this.bridge.closeLeg(leg);
  }

  setHearing(rows: readonly Hearing[]): void {
    this.bridge.setHearing(rows);
  }

  /** @throws MixerError `unknown-leg`, `digits-refused` */
  sendDigits(leg: LegId, digits: string): void {
    const state = this.bridge.leg(leg);
    if (!state.canSendDigits) throw new MixerError('digits-refused', 'The leg negotiated no telephone-event');
    if (!areDigits(digits)) throw new MixerError('digits-refused', 'A digit is none of 0-9 * # A-D');
    if (state.pendingDigits + digits.length > MAX_PENDING_DIGITS)
      throw new MixerError('digits-refused', 'Too many digits are waiting');
    state.sendDigits(digits);
  }

  /** @throws MixerError `unknown-leg`, `unknown-sound` */
  play(leg: LegId, sound: SoundName, options: { readonly loop: boolean; readonly gain: number }): void {
    const state = this.bridge.leg(leg);
    const samples = this.#sounds.get(sound);
    if (!samples) throw new MixerError('unknown-sound', 'No such sound is loaded');
    state.sounds.announce(sound, samples, options);
  }

  stopPlaying(leg: LegId): void {
    this.bridge.leg(leg).sounds.stopAnnouncement();
  }

  playTone(leg: LegId, signal: Signal): void {
    this.bridge.leg(leg).sounds.signal(signal);
  }

  detectTones(leg: LegId, on: boolean): void {
    this.bridge.leg(leg).detectTones(on);
  }

  listLegs(): LegStatistics[] {
    return [...this.#sockets].map(([leg, { port }]) => ({ leg, port, ...this.bridge.leg(leg).statistics }));
  }

  #schedule(): void {
    setTimeout(() => this.#onTimer(), Math.max(0, this.#clock.nextMs - performance.now()));
  }

  #onTimer(): void {
    if (performance.now() - this.#clock.nextMs > STALL_MS) setImmediate(() => this.#runTicks());
    else this.#runTicks();
  }

  #runTicks(): void {
    const due = this.#clock.takeDue(performance.now());
    if (due.run > 0) {
      this.#statistics.add(due);
      this.#guard.note(due, () => this.#takeBusy());
    }
    if (due.skipped > 0) this.bridge.skip(due.skipped);
    for (let tick = 0; tick < due.run; tick += 1) {
      this.bridge.tick();
      this.#options.onTick();
    }
    this.#tellLevels(due.run);
    this.#schedule();
  }

  #takeBusy(): number {
    const before = this.#utilization;
    this.#utilization = performance.eventLoopUtilization();
    return performance.eventLoopUtilization(this.#utilization, before).utilization;
  }

  #tellLevels(ticks: number): void {
    this.#ticksToLevels -= ticks;
    if (this.#ticksToLevels > 0) return;
    this.#ticksToLevels = LEVEL_TICKS;
    const levels = this.bridge.takeLevels();
    if (Object.keys(levels).length > 0) this.#options.emit({ event: 'levels', levels });
  }

  async #bindLeg(leg: LegId, slot: number): Promise<RtpAddress> {
    const bound = await this.#options.ports.bind();
    this.#sockets.set(leg, bound);
    const start = { ssrc: randomInt(2 ** 32), sequenceNumber: randomInt(2 ** 16), timestamp: randomInt(2 ** 32) };
    const state = this.bridge.openLeg(leg, this.#outletOf(bound.socket), start, slot);
    bound.socket.on('message', (packet, sender) => {
      state.receive(packet, { host: sender.address, port: sender.port }, this.#arrivalMs());
    });
    return { host: this.#options.address, port: bound.port };
  }

  /** Now; null while a tick is overdue: then the packet may have waited for us rather than come late. */
  #arrivalMs(): number | null {
    const nowMs = performance.now();
    return nowMs - this.#clock.nextMs > STALL_MS ? null : nowMs;
  }

  #outletOf(socket: dgram.Socket): LegOutlet {
    const { emit } = this.#options;
    return {
      // RTP that cannot leave is lost like any other: the socket's 'error' events are ignored. A callback would cost a turn of its own.
      send: (packet, remote) => socket.send(packet, remote.port, remote.host),
      onDigit: (leg, digit) => emit({ event: 'digit', leg, digit }),
      onFlow: (leg, flow) => emit({ event: 'flow', leg, flow }),
      onPlayed: (leg, sound) => emit({ event: 'played', leg, sound }),
      onQuality: (leg, quality) => emit({ event: 'quality', leg, quality }),
      nowMs: () => performance.timeOrigin + performance.now(),
    };
  }
}

/** The clock all threads of this process share, in milliseconds since the machine started. */
export function monotonicMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}
