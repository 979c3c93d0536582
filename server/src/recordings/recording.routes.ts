import { z } from 'zod';
import { CallId } from '#contracts/ids.contract';
import { Waveform } from '#contracts/recordings.contract';
import { personOf } from '../access/actor.ts';
import { appRoute, type AppRoute } from '../access/declarations.ts';
import type { RecordingService } from './recording.service.ts';

const params = z.object({ callId: CallId });

/** The sound of a call and its picture. */
export function recordingRoutes(recordings: RecordingService): AppRoute[] {
  return [
    appRoute({
      method: 'GET',
      path: '/api/calls/:callId/recording',
      permission: 'recordings.play',
      action: 'recording.play',
      params,
      reply: 'content',
      subject: (input) => input.params.callId,
      run: async (input) => recordings.play(personOf(input.actor), input.params.callId),
    }),
    appRoute({
      method: 'GET',
      path: '/api/calls/:callId/recording/waveform',
      permission: 'recordings.play',
      action: 'recording.draw',
      params,
      reply: Waveform,
      subject: (input) => input.params.callId,
      run: async (input) => recordings.draw(personOf(input.actor), input.params.callId),
    }),
  ];
}
