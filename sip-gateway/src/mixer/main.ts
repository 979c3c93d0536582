import { readFileSync } from 'node:fs';
import { sendToParent, serveRequests } from './ipc/serve-requests.ts';
import { MediaShard } from './media-shard.ts';
import { MixerConfig, mixerRequests } from './mixer-protocol.ts';
import type { MixerEvent } from './mixer-protocol.ts';
import { RecordingTaps } from './recording-taps.ts';
import { RtpPorts } from './rtp-socket.ts';
import { readSounds } from './sound/sound-library.ts';

/** sched(7): field 41 of /proc/self/stat. */
const SCHED_FIFO = 1;

const config = MixerConfig.parse(JSON.parse(process.argv[2] ?? 'null'));
// The gateway ends its children itself, after the calls; a Ctrl-C goes to the whole process group.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
process.once('disconnect', () => process.exit(0));
// A gateway that died while this process was loading has disconnected already, and nobody would ever say so again.
if (!process.connected) process.exit(0);

const shard = new MediaShard({
  address: config.address,
  ports: new RtpPorts(config.address, config.portMin, config.portMax),
  emit,
  onTick: () => taps.flush(),
});
const taps = new RecordingTaps(shard.bridge, () => emit({ event: 'recorder-stuck' }));
const { refused } = await loadSounds();
serveRequests(mixerRequests, {
  'open-leg': ({ leg }) => shard.openLeg(leg),
  'connect-leg': ({ leg, ...connection }) => done(() => shard.connectLeg(leg, connection)),
  'close-leg': async ({ leg }) => {
    await shard.closeLeg(leg);
    return null;
  },
  'set-hearing': ({ rows }) => done(() => shard.setHearing(rows)),
  'send-digits': ({ leg, digits }) => done(() => shard.sendDigits(leg, digits)),
  play: ({ leg, sound, ...options }) => done(() => shard.play(leg, sound, options)),
  'stop-playing': ({ leg }) => done(() => shard.stopPlaying(leg)),
  'play-tone': ({ leg, signal }) => done(() => shard.playTone(leg, signal)),
  'detect-tones': ({ leg, on }) => done(() => shard.detectTones(leg, on)),
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
  'take-ticks': () => shard.takeTicks(),
  list: () => ({ legs: shard.listLegs() }),
});
emit({ event: 'ready', isRealTime: isRealTime(), refusedSounds: refused });
shard.start();

function emit(event: MixerEvent): void {
  sendToParent(event);
}

function done(task: () => void): null {
  task();
  return null;
}

async function loadSounds(): Promise<{ sounds: string[]; refused: string[] }> {
  const folder = await readSounds(config.soundsDir);
  shard.useSounds(folder.sounds);
  return { sounds: [...folder.sounds.keys()], refused: [...folder.refused] };
}

function isRealTime(): boolean {
  const afterCommand = readFileSync('/proc/self/stat', 'latin1').split(') ').at(-1) ?? '';
  // The third field (state) is the first one here.
  return Number(afterCommand.split(' ')[41 - 3]) === SCHED_FIFO;
}
