import { z } from 'zod';
import { CallId } from '#contracts/ids.contract';
import {
  HoldRecording,
  RecordingAlarms,
  RecordingCapacity,
  RecordingPage,
  RecordingRow,
  RecordingView,
  SearchRecordings,
} from '#contracts/recordings.contract';
import { personOf } from '../access/actor.ts';
import { appRoute, type AppRoute } from '../access/declarations.ts';
import type { RecordingAlarms as Alarms } from './recording-alarms.ts';
import type { RecordingUpkeep } from './recording-upkeep.ts';
import type { RecordingService } from './recording.service.ts';

const params = z.object({ callId: CallId });

/** The sound of a call and what belongs to it. */
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
      path: '/api/calls/:callId/recording/description',
      permission: 'recordings.play',
      action: 'recording.describe',
      params,
      reply: RecordingView,
      subject: (input) => input.params.callId,
      run: async (input) => recordings.describe(personOf(input.actor), input.params.callId),
    }),
    appRoute({
      method: 'GET',
      path: '/api/calls/:callId/recording/export',
      permission: 'recordings.export',
      action: 'recording.export',
      params,
      reply: 'content',
      subject: (input) => input.params.callId,
      run: async (input) => recordings.export(personOf(input.actor), input.params.callId),
    }),
  ];
}

/** The book of recordings: lists, holds, deletions, alarms, room. */
export function recordingBookRoutes(recordings: RecordingService, alarms: Alarms, upkeep: RecordingUpkeep): AppRoute[] {
  return [
    appRoute({
      method: 'POST',
      path: '/api/recordings/search',
      permission: 'recordings.list',
      action: 'recordings.search',
      body: SearchRecordings,
      status: 200,
      reply: RecordingPage,
      run: async (input) => recordings.search(personOf(input.actor), input.body),
    }),
    appRoute({
      method: 'GET',
      path: '/api/recordings/capacity',
      permission: 'recordings.list',
      action: 'recordings.measure',
      reply: RecordingCapacity,
      run: async () => upkeep.capacity(),
    }),
    appRoute({
      method: 'POST',
      path: '/api/recordings/:callId/holds',
      permission: 'recordings.hold',
      action: 'recording.hold',
      params,
      body: HoldRecording,
      reply: RecordingRow,
      subject: (input) => input.params.callId,
      run: async (input) => recordings.hold(personOf(input.actor), input.params.callId, input.body),
    }),
    appRoute({
      method: 'DELETE',
      path: '/api/recordings/:callId',
      permission: 'recordings.purge',
      action: 'recording.purge',
      params,
      reply: 'empty',
      subject: (input) => input.params.callId,
      run: async (input) => recordings.purge(personOf(input.actor), input.params.callId),
    }),
    appRoute({
      method: 'POST',
      path: '/api/recordings/alarms/:alarmId/acknowledge',
      permission: 'recordings.list',
      action: 'recordings.acknowledge-alarm',
      params: z.object({ alarmId: z.string().max(200) }),
      reply: RecordingAlarms,
      subject: (input) => input.params.alarmId,
      run: async (input) => alarms.acknowledge(personOf(input.actor), input.params.alarmId),
    }),
  ];
}
