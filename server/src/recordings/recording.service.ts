import { realpath } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import type { CallId } from '#contracts/ids.contract';
import type { Waveform } from '#contracts/recordings.contract';
import type { Person } from '../access/actor.ts';
import type { CallRecording } from '../calls/call.model.ts';
import type { CallService } from '../calls/call.service.ts';
import { DomainError } from '../platform/errors.ts';
import { FileReply } from '../platform/http/file-reply.ts';
import { readPeaks } from './waveform.ts';

const CACHED_WAVEFORMS = 50;

/** Playing recordings: agents their own calls', supervisors those of their categories. */
export class RecordingService {
  readonly #calls: Pick<CallService, 'findRecording'>;
  readonly #folder: string;
  /** In the order of their last use; a recording never changes once it is ready. */
  readonly #waveforms = new Map<CallId, Waveform>();

  constructor(calls: Pick<CallService, 'findRecording'>, folder: string) {
    this.#calls = calls;
    this.#folder = folder;
  }

  /** The sound. Throws recording.not-found, recording.not-ready. */
  async play(person: Person, callId: CallId): Promise<FileReply> {
    const { file } = await this.#readyRecording(person, callId);
    return new FileReply({ root: this.#folder, path: file, mediaType: 'audio/wav' });
  }

  /** Its picture. */
  async draw(person: Person, callId: CallId): Promise<Waveform> {
    const recording = await this.#readyRecording(person, callId);
    const waveform = this.#waveforms.get(callId) ?? (await this.#measure(callId, recording));
    this.#waveforms.delete(callId);
    this.#waveforms.set(callId, waveform);
    const oldest = this.#waveforms.keys().next().value;
    if (this.#waveforms.size > CACHED_WAVEFORMS && oldest !== undefined) this.#waveforms.delete(oldest);
    return waveform;
  }

  async #measure(callId: CallId, recording: { path: string; channels: CallRecording['channels'] }): Promise<Waveform> {
    const { seconds, channels } = await readPeaks(recording.path);
    return { callId, seconds, channels: recording.channels.flatMap((party, index) => (channels[index] === undefined ? [] : [{ party, peaks: channels[index] }])) };
  }

  async #readyRecording(person: Person, callId: CallId): Promise<{ file: string; path: string; channels: CallRecording['channels'] }> {
    const recording = await this.#calls.findRecording(person, callId);
    // A file that lacks a part is marked failed and can still be played.
    if (recording.state === 'recording' || recording.state === 'saving') throw new DomainError('recording.not-ready');
    if (recording.file === null) throw new DomainError('recording.not-found');
    const path = await this.#confine(recording.file);
    return { file: recording.file, path, channels: recording.channels };
  }

  /** The file's real place, which must be inside the recordings folder whatever its name or links say. */
  async #confine(file: string): Promise<string> {
    const [root, path] = await Promise.all([realpath(this.#folder).catch(() => null), realpath(resolve(this.#folder, file)).catch(() => null)]);
    if (root === null || path === null || !path.startsWith(root + sep)) throw new DomainError('recording.not-found');
    return path;
  }
}
