import type { KeyObject } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { CallId, UserId } from '#contracts/ids.contract';
import type { HoldRecording, RecordingPage, RecordingRow, RecordingView, SearchRecordings } from '#contracts/recordings.contract';
import { scopeOf, type Person } from '../access/actor.ts';
import type { CallService } from '../calls/call.service.ts';
import { CATEGORIES, findCategory, toCategoryView } from '../cases/category.model.ts';
import { japanDateText } from '../calendar/japan-time.model.ts';
import type { Clock } from '../platform/clock.ts';
import { DomainError } from '../platform/errors.ts';
import { Content } from '../platform/http/content-reply.ts';
import { certify, describeCertificate, signCertificate } from './certificate.ts';
import type { RecordingArchive } from './recording-archive.ts';
import type { Recording } from './recording.model.ts';
import type { RecordingStore } from './recording.store.ts';
import type { Retention } from './retention.model.ts';
import { zip } from './zip.ts';

const DAY_MS = 86_400_000;

interface Collaborators {
  calls: Pick<CallService, 'findRecording'>;
  archive: RecordingArchive;
  recordings: RecordingStore;
  retention: Retention;
  /** Agents by name, as lists show them. */
  listAgents(): Promise<readonly { id: UserId; name: string }[]>;
  signingKey: KeyObject;
  centre: string;
  clock: Clock;
}

/** Recordings: agents play their own calls', supervisors those of their categories; lists, exports, holds and deletions. */
export class RecordingService {
  readonly #with: Collaborators;

  constructor(collaborators: Collaborators) {
    this.#with = collaborators;
  }

  /** The sound. Throws recording.not-found, recording.not-ready, recording.purged, recording.damaged. */
  async play(person: Person, callId: CallId): Promise<Content> {
    const recorded = await this.#recorded(person, callId);
    return await this.#with.archive.openSound(recorded.callId, recorded.file);
  }

  /** What a player shows beside the sound. Throws as `play`. */
  async describe(person: Person, callId: CallId): Promise<RecordingView> {
    const recorded = await this.#recorded(person, callId);
    const description = await this.#with.archive.describe(recorded.callId, recorded.file);
    return { callId, ...description };
  }

  /** A page of the list, newest first. */
  async search(person: Person, { from, until, page, ...filter }: SearchRecordings): Promise<RecordingPage> {
    const days = { from: from === null ? null : startOf(from), until: until === null ? null : new Date(startOf(until).getTime() + DAY_MS) };
    const [{ found, total }, agents] = await Promise.all([
      this.#with.recordings.search(scopeOf(person), { ...filter, ...days }, page),
      this.#with.listAgents(),
    ]);
    const names = new Map(agents.map(({ id, name }) => [id, name]));
    return {
      rows: found.map((recording) => this.#toRow(recording, names)),
      total,
      agents: agents.map(({ id, name }) => ({ userId: id, name })),
      categories: CATEGORIES.filter(({ code }) => person.categories.includes(code)).map(toCategoryView),
    };
  }

  /** One file with the sound, its certificate and signature. Throws recording.not-found, recording.purged, recording.damaged. */
  async export(person: Person, callId: CallId): Promise<Content> {
    const { archive, centre, signingKey, clock } = this.#with;
    const recording = await this.#find(person, callId);
    const description = await archive.describe(callId, recording.file);
    const content = await archive.openSound(callId, recording.file);
    const sound = await buffer(content.stream(0, content.size));
    const exportedAt = clock.now();
    const certificate = certify(recording, description, { sound, centre, exportedAt, exportedBy: person.number });
    const { json, signature, publicKey } = signCertificate(certificate, signingKey);
    const file = zip(
      [
        { name: 'sound.ogg', content: sound },
        { name: 'certificate.json', content: json },
        { name: 'certificate.txt', content: Buffer.from(describeCertificate(certificate)) },
        { name: 'certificate.sig', content: signature },
        { name: 'public-key.pem', content: Buffer.from(publicKey) },
      ],
      exportedAt,
    );
    return new Content(
      { mediaType: 'application/zip', size: file.length, fileName: `recording-${callId}.zip` },
      { stream: (start, end) => Readable.from([file.subarray(start, end)], { objectMode: false }), close: () => Promise.resolve() },
    );
  }

  /** Keeps it beyond its time, or no longer. Throws recording.not-found, recording.purged. */
  async hold(person: Person, callId: CallId, { kind, isHeld }: HoldRecording): Promise<RecordingRow> {
    await this.#find(person, callId);
    const changed = await this.#with.recordings.setHold(scopeOf(person), callId, kind, isHeld);
    if (changed === null) throw new DomainError('recording.not-found');
    const agents = await this.#with.listAgents();
    return this.#toRow(changed, new Map(agents.map(({ id, name }) => [id, name])));
  }

  /** Deletes it before its time. Throws recording.not-found, recording.purged, recording.held. */
  async purge(person: Person, callId: CallId): Promise<void> {
    const recording = await this.#find(person, callId);
    if (recording.holds.length > 0) throw new DomainError('recording.held');
    await this.remove(recording);
  }

  /** Marks it as deleted, then deletes its file. False when it was held or deleted meanwhile. */
  async remove({ callId, file }: Recording): Promise<boolean> {
    if (!(await this.#with.recordings.markPurged(callId, this.#with.clock.now()))) return false;
    await this.#with.archive.remove(callId, file);
    return true;
  }

  async #find(person: Person, callId: CallId): Promise<Recording> {
    const recording = await this.#with.recordings.find(scopeOf(person), callId);
    if (recording === null) throw new DomainError('recording.not-found');
    if (recording.purgedAt !== null) throw new DomainError('recording.purged');
    return recording;
  }

  /** What can be played; the id is that of the call it was recorded under. */
  async #recorded(person: Person, id: CallId): Promise<{ callId: CallId; file: string }> {
    const { state, file, callId } = await this.#with.calls.findRecording(person, id);
    // A file that lacks a part is marked failed and can still be played.
    if (state === 'recording' || state === 'saving') throw new DomainError('recording.not-ready');
    if (file === null) throw new DomainError('recording.not-found');
    const recording = await this.#with.recordings.find(scopeOf(person), callId);
    if (recording !== null && recording.purgedAt !== null) throw new DomainError('recording.purged');
    return { callId, file };
  }

  #toRow(recording: Recording, names: ReadonlyMap<UserId, string>): RecordingRow {
    const { callId, agentId, categoryCode, startedAt, seconds, channels, check, sealedBytes, holds } = recording;
    const category = findCategory(categoryCode);
    if (category === null) throw new Error('A recording names a category that does not exist.');
    return {
      callId,
      startedAt,
      seconds,
      agent: agentId === null ? null : { userId: agentId, name: names.get(agentId) ?? agentId },
      category: toCategoryView(category),
      channels,
      check,
      sealedBytes,
      holds,
      keepUntil: japanDateText(this.#with.retention.keepUntil(recording)),
    };
  }
}

/** Midnight in Japan, which has no summer time. */
function startOf(day: string): Date {
  return new Date(`${day}T00:00:00+09:00`);
}
