import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { newKeyFile } from '#vault/key-ring';
import type { PackedRecording } from '#contracts/recordings.contract';
import { MixerProcess } from '../../sip-gateway/src/mixer/mixer-process.ts';
import { realTimeCommand } from '../../sip-gateway/src/mixer/spawn-process.ts';
import { RtpengineControl } from '../../sip-gateway/src/rtpengine/rtpengine-control.ts';
import { RtpengineMedia } from '../../sip-gateway/src/rtpengine/rtpengine-media.ts';
import { systemClock } from '../../sip-gateway/src/system-clock.ts';
import { RtpengineProcess } from '../../sip-gateway/src/testing/rtpengine-process.ts';
import { residentBytes } from '../sip/measured-process.ts';
import { Parties } from './parties.ts';
import type { PartyHandle } from './parties.ts';

const HOST = '127.0.0.1';
const RTPENGINE_PORTS = { portMin: 10_000, portMax: 19_999 };
const MIXER_PORTS = { portMin: 61_000, portMax: 64_999 };
const FRAMES_PER_SECOND = 50;
/** What may lie between a count and the start or end of a recording: 0.5 s. */
const BOUNDARY_PACKETS = 25;
const ANSWERED_AFTER_MS = 300;
const ROLES = ['agent', 'resident', 'interpreter'] as const;
/** A packing that has not moved for so long is stuck. */
const PACKING_STUCK_MS = 120_000;
const PROGRESS_EVERY_MS = 10_000;

interface Leg {
  readonly id: string;
  readonly party: PartyHandle;
  /** Packets rtpengine had received of the party when the recording began. */
  packetsBefore: number;
  packets: number;
}

export interface RunningCall {
  readonly file: string;
  readonly legs: readonly Leg[];
}

/** What the file system, the packer and rtpengine say of the calls that have ended. */
export interface Evidence {
  readonly missing: number;
  readonly gaps: number;
  readonly frames: number;
  readonly concealed: number;
}

/** rtpengine, mixer, recorder and parties on one machine; calls are made through the ports of the gateway. */
export class CallCentre {
  private readonly folder: string;
  private readonly rtpengine: RtpengineProcess;
  private readonly control: RtpengineControl;
  private readonly media: RtpengineMedia;
  private readonly mixer: MixerProcess;
  private readonly parties: Parties;
  private readonly sealed = new Map<string, PackedRecording>();
  private readonly ended: RunningCall[] = [];
  private numbered = 0;

  private constructor(parts: { folder: string; rtpengine: RtpengineProcess; mixer: MixerProcess; parties: Parties }) {
    this.folder = parts.folder;
    this.rtpengine = parts.rtpengine;
    this.mixer = parts.mixer;
    this.parties = parts.parties;
    this.control = new RtpengineControl(parts.rtpengine.server, systemClock);
    const options = { prefix: 'kk-bench-', interfaces: { browser: null, core: null }, log: pino({ level: 'silent' }) };
    this.media = new RtpengineMedia(this.control, options);
    this.mixer.listen({ onRecordingSealed: (recording) => this.sealed.set(recording.file, recording) });
  }

  static async start(realTime: 'try' | 'off'): Promise<CallCentre> {
    const folder = await mkdtemp(join(tmpdir(), 'bench-calls-'));
    const keyFile = join(folder, 'vault-keys.json');
    await writeFile(keyFile, JSON.stringify(newKeyFile('bench')), { mode: 0o600 });
    const mixer = new MixerProcess({
      address: HOST,
      ...MIXER_PORTS,
      recordingsDir: join(folder, 'recordings'),
      runDir: join(folder, 'run'),
      keyFile,
      realTime,
      logger: pino({ level: 'silent' }),
    });
    const command = realTime === 'try' ? await realTimeCommand() : [];
    const rtpengine = await RtpengineProcess.start({ ...RTPENGINE_PORTS, isRealTime: command.length > 0 });
    const parties = new Parties(command);
    const centre = new CallCentre({ folder, rtpengine, mixer, parties });
    await mixer.start();
    return centre;
  }

  /** Mixer and rtpengine; the recorder lives with the mixer. */
  get pids(): { readonly mixer: number; readonly recorder: number; readonly rtpengine: number } {
    return { mixer: this.mixer.pids.mixer ?? 0, recorder: this.mixer.pids.recorder ?? 0, rtpengine: this.rtpengine.pid };
  }

  async memoryBytes(): Promise<number> {
    return (await Promise.all(Object.values(this.pids).map(residentBytes))).reduce((sum, bytes) => sum + bytes, 0);
  }

  /** A call of so many parties, every other one of them with SRTP, everybody hearing everybody, recorded. */
  async startCall(size: 2 | 3): Promise<RunningCall> {
    this.numbered += 1;
    const file = `bench/call-${this.numbered}.recording`;
    const roles = ROLES.slice(0, size);
    const legs = await Promise.all(roles.map((role, index) => this.openLeg(`${this.numbered}-${role}`, index % 2 === 0)));
    await this.mixer.setHearing(
      legs.map(({ id }) => ({
        leg: id,
        from: Object.fromEntries(legs.filter((other) => other.id !== id).map((other) => [other.id, 1])),
        source: 'silence' as const,
      })),
    );
    // Sound flows before a call is answered, as early media or on a parked leg; only then it is recorded.
    await sleep(ANSWERED_AFTER_MS);
    await this.mixer.startRecording(
      file,
      file,
      legs.map(({ id }, index) => ({ name: roles[index] ?? 'agent', leg: id })),
    );
    for (const leg of legs) leg.packetsBefore = await this.packetsOf(leg);
    return { file, legs };
  }

  async endCall(call: RunningCall): Promise<void> {
    for (const leg of call.legs) leg.packets = (await this.packetsOf(leg)) - leg.packetsBefore;
    await this.mixer.stopRecording(call.file);
    for (const { id, party } of call.legs) {
      await this.parties.close(party);
      await this.mixer.closeLeg(id);
      await this.media.release(anchorOf(id));
    }
    this.ended.push(call);
  }

  /** Whether legs or anchors are left although no call runs. */
  async countLeft(): Promise<number> {
    return (await this.mixer.list()).legs.length + (await this.media.count());
  }

  /** Waits until every recording is packed, then counts what the disk holds of the calls that have ended since it was asked last. */
  async gatherEvidence(progress: (line: string) => void): Promise<Evidence> {
    await this.untilPacked(progress);
    let [missing, gaps, frames, concealed] = [0, 0, 0, 0];
    for (const call of this.ended.splice(0)) {
      const recording = this.sealed.get(call.file);
      this.sealed.delete(call.file);
      const bytes = await stat(join(this.folder, 'recordings', call.file)).then(
        ({ size }) => size,
        () => 0,
      );
      if (!recording || bytes !== recording.sealedBytes) {
        missing += 1;
        continue;
      }
      const written = Math.round(recording.seconds * FRAMES_PER_SECOND);
      gaps += recording.gaps.length;
      call.legs.forEach((leg, channel) => {
        const madeUp = recording.concealedFrames[channel] ?? written;
        frames += written;
        concealed += madeUp;
        if (leg.packets - (written - madeUp) > BOUNDARY_PACKETS + madeUp) gaps += 1;
      });
    }
    return { missing, gaps, frames, concealed };
  }

  async stop(): Promise<void> {
    await this.mixer.close();
    await this.parties.stop();
    this.control.close();
    await this.rtpengine.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  private async openLeg(id: string, isSrtp: boolean): Promise<Leg> {
    const party = await this.parties.open(isSrtp);
    const [path, address] = await Promise.all([this.media.takeOffer(anchorOf(id), 'trunk', party.offer), this.mixer.openLeg(id)]);
    const answer = await this.media.makeAnswer(anchorOf(id), 'trunk', address, path);
    await this.mixer.connectLeg(id, path.remote, path.telephoneEventType, path.codec);
    await this.parties.connect(party, answer);
    return { id, party, packetsBefore: 0, packets: 0 };
  }

  private async packetsOf({ id }: Leg): Promise<number> {
    const statistics = await this.media.statistics(anchorOf(id));
    if (!statistics) throw new Error('rtpengine does not know a leg');
    return statistics.fromParty.packets;
  }

  private async untilPacked(progress: (line: string) => void): Promise<void> {
    let packed = 0;
    let movedAtMs = performance.now();
    let toldAtMs = performance.now();
    while (performance.now() - movedAtMs < PACKING_STUCK_MS) {
      const done = this.ended.filter(({ file }) => this.sealed.has(file)).length;
      if (done === this.ended.length) return;
      if (done > packed) movedAtMs = performance.now();
      packed = done;
      if (performance.now() - toldAtMs > PROGRESS_EVERY_MS) {
        progress(`packed ${done} / ${this.ended.length}`);
        toldAtMs = performance.now();
      }
      await sleep(100);
    }
  }
}

function anchorOf(leg: string): string {
  return `kk-bench-${leg}`;
}
