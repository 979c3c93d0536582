import type { CallId } from '#contracts/ids.contract';
import type { Waveform } from '#contracts/recordings.contract';
import type { Person } from '../access/actor.ts';
import type { CallService } from '../calls/call.service.ts';
import { DomainError } from '../platform/errors.ts';
import type { Content } from '../platform/http/content-reply.ts';
import type { RecordingArchive } from './recording-archive.ts';

/** Playing recordings: agents their own calls', supervisors those of their categories. */
export class RecordingService {
  readonly #calls: Pick<CallService, 'findRecording'>;
  readonly #archive: Pick<RecordingArchive, 'openSound' | 'describe'>;

  constructor(calls: Pick<CallService, 'findRecording'>, archive: Pick<RecordingArchive, 'openSound' | 'describe'>) {
    this.#calls = calls;
    this.#archive = archive;
  }

  /** The sound. Throws recording.not-found, recording.not-ready, recording.damaged. */
  async play(person: Person, callId: CallId): Promise<Content> {
    return await this.#archive.openSound(callId, await this.#fileOf(person, callId));
  }

  /** Its picture. */
  async draw(person: Person, callId: CallId): Promise<Waveform> {
    const { seconds, channels } = await this.#archive.describe(callId, await this.#fileOf(person, callId));
    return { callId, seconds, channels: channels.map(({ name, peaks }) => ({ party: name, peaks })) };
  }

  async #fileOf(person: Person, callId: CallId): Promise<string> {
    const recording = await this.#calls.findRecording(person, callId);
    // A file that lacks a part is marked failed and can still be played.
    if (recording.state === 'recording' || recording.state === 'saving') throw new DomainError('recording.not-ready');
    if (recording.file === null) throw new DomainError('recording.not-found');
    return recording.file;
  }
}
