import { z } from 'zod';
import type { RecordingClientEvents } from '#contracts/recordings.contract';
import { appCommand, type CommandsFor } from '../access/declarations.ts';
import { RECORDING_ALARM_ROOM, type RecordingAlarms } from './recording-alarms.ts';

/** Watching the alarms: the open ones at once, each later change as news. */
export function recordingCommands(alarms: RecordingAlarms): CommandsFor<RecordingClientEvents> {
  return {
    'recordings:watch': appCommand({
      permission: 'recordings.list',
      action: 'recordings.watch-alarms',
      input: z.record(z.string(), z.never()),
      run: async (_input, _actor, connection) => {
        connection.join(RECORDING_ALARM_ROOM);
        return alarms.listOpen();
      },
    }),
  };
}
