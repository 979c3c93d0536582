import { readFileSync } from 'node:fs';
import { sendToParent, serveRequests } from './ipc/serve-requests.ts';
import { FRAME_MS } from './frame.ts';
import { MediaShard, monotonicMs } from './media-shard.ts';
import { MixerConfig, mixerRequests } from './mixer-protocol.ts';
import type { MixerEvent } from './mixer-protocol.ts';
import { RecordingTaps } from './recording-taps.ts';
import { RtpPorts } from './rtp-socket.ts';
import { FrameBoard } from './shards/frame-board.ts';
import { LocalShard, WorkerShard } from './shards/shard-handle.ts';
import { ShardPool } from './shards/shard-pool.ts';
import type { ShardWorkerData } from './shards/shard-worker.ts';
import { readSounds } from './sound/sound-library.ts';

/** sched(7): field 41 of /proc/self/stat. */
const SCHED_FIFO = 1;

const config = MixerConfig.parse(JSON.parse(process.argv[2] ?? 'null'));
/** Never more legs than there can be even ports. */
const slots = Math.floor((config.portMax - config.portMin) / 2) + 1;
const firstTickAtMs = monotonicMs() + FRAME_MS;
// The gateway ends its children itself, after the calls; a Ctrl-C goes to the whole process group.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
process.once('disconnect', () => process.exit(0));
// A gateway that died while this process was loading has disconnected already, and nobody would ever say so again.
if (!process.connected) process.exit(0);

// This thread has the first share of the legs, and all recordings; each further thread has a share of its own.
const board = config.workers > 1 ? FrameBoard.allocate(slots) : null;
const shard = new MediaShard({
  address: config.address,
  ports: new RtpPorts(config.address, ...portsOf(0)),
  board,
  emit,
  onTick: () => taps.flush(),
});
const legs = new ShardPool([new LocalShard(shard), ...startWorkers()], slots);
const taps = new RecordingTaps(shard.bridge, () => emit({ event: 'recorder-stuck' }));
const { refused } = await loadSounds();
serveRequests(mixerRequests, {
  'open-leg': ({ leg }) => legs.openLeg(leg),
  'connect-leg': ({ leg, ...connection }) => legs.ask('connectLeg', leg, connection),
  'close-leg': async ({ leg }) => {
    await legs.closeLeg(leg);
    return null;
  },
  'set-hearing': async ({ rows }) => {
    await legs.setHearing(rows);
    return null;
  },
  'send-digits': ({ leg, digits }) => legs.ask('sendDigits', leg, digits),
  play: ({ leg, sound, ...options }) => legs.ask('play', leg, sound, options),
  'stop-playing': ({ leg }) => legs.ask('stopPlaying', leg),
  'play-tone': ({ leg, signal }) => legs.ask('playTone', leg, signal),
  'detect-tones': ({ leg, on }) => legs.ask('detectTones', leg, on),
  'load-sounds': loadSounds,
  'use-recorder': async ({ socketPath }) => {
    await taps.useRecorder(socketPath);
    return null;
  },
  'start-tap': ({ recording, channels }) => done(() => taps.start(recording, channels)),
  'assign-channel': ({ recording, name, leg }) => done(() => taps.assign(recording, name, leg)),
  'pause-tap': ({ recording, reason }) => done(() => taps.pause(recording, reason)),
  'resume-tap': ({ recording }) => done(() => taps.resume(recording)),
  'mark-tap': ({ recording, kind }) => done(() => taps.mark(recording, kind)),
  'replay-tap': ({ recording }) => done(() => taps.replay(recording)),
  'stop-tap': ({ recording }) => done(() => taps.stop(recording)),
  'take-ticks': () => legs.takeTicks(),
  list: async () => ({ legs: await legs.listLegs() }),
});
emit({ event: 'ready', isRealTime: isRealTime(), refusedSounds: refused });
shard.start(firstTickAtMs);

/** The ports of one thread: an equal part of the range. */
function portsOf(thread: number): [number, number] {
  const ports = 2 * Math.floor((config.portMax - config.portMin + 1) / config.workers / 2);
  const first = config.portMin + thread * ports;
  return [first, thread === config.workers - 1 ? config.portMax : first + ports - 1];
}

function startWorkers(): WorkerShard[] {
  if (!board) return [];
  return Array.from({ length: config.workers - 1 }, (_, index) => {
    const [portMin, portMax] = portsOf(index + 1);
    const data: ShardWorkerData = { address: config.address, portMin, portMax, board: board.buffer, firstTickAtMs };
    return new WorkerShard(data, emit);
  });
}

function emit(event: MixerEvent): void {
  sendToParent(event);
}

function done(task: () => void): null {
  task();
  return null;
}

async function loadSounds(): Promise<{ sounds: string[]; refused: string[] }> {
  const folder = await readSounds(config.soundsDir);
  await legs.useSounds(folder.sounds);
  return { sounds: [...folder.sounds.keys()], refused: [...folder.refused] };
}

function isRealTime(): boolean {
  const afterCommand = readFileSync('/proc/self/stat', 'latin1').split(') ').at(-1) ?? '';
  // The third field (state) is the first one here.
  return Number(afterCommand.split(' ')[41 - 3]) === SCHED_FIFO;
}
