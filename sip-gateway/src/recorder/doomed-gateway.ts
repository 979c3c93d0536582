import { channelsOf, MixerRig } from '../mixer/mixer-rig.ts';

/** A gateway for the crash specs to kill: records two tones into the folder given, and says which processes it has. */
const rig = await MixerRig.start({ folder: process.argv[2] ?? '' });
await rig.join('a', 440);
await rig.join('b', 1000);
await rig.mixer.startRecording('r', 'r.recording', channelsOf('a', 'b'));
process.send?.(rig.mixer.pids);
