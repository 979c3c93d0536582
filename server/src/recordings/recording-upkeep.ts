import type { RecordingCapacity } from '#contracts/recordings.contract';
import type { AuditLog } from '../audit/audit-log.ts';
import { japanDateText } from '../calendar/japan-time.model.ts';
import { CATEGORIES, toCategoryView } from '../cases/category.model.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logging/logger.ts';
import { measureCapacity, PLANNED_HOURS, PLANNED_HOURS_PER_SEAT, PLANNED_SEATS } from './capacity.model.ts';
import type { RecordingArchive } from './recording-archive.ts';
import type { RecordingService } from './recording.service.ts';
import type { RecordingStore } from './recording.store.ts';
import type { Retention } from './retention.model.ts';

const RECENT_DAYS = 28;
const DAY_MS = 86_400_000;
const AT_ONCE = 200;
/** The night's work begins at two o'clock in Japan. */
const NIGHT_HOUR_UTC = 17;

interface Collaborators {
  recordings: RecordingStore;
  service: Pick<RecordingService, 'remove'>;
  archive: Pick<RecordingArchive, 'diskSpace'>;
  retention: Retention;
  audit: Pick<AuditLog, 'append'>;
  clock: Clock;
  logger: Logger;
}

/** Room for recordings: what is past its time goes, what is left is measured. */
export class RecordingUpkeep {
  readonly #with: Collaborators;
  #lastNight = '';

  constructor(collaborators: Collaborators) {
    this.#with = collaborators;
  }

  /** To be called every few minutes: once a night, and at the first night after a time of standing still, deletes what is past its time. */
  async reviewNight(): Promise<void> {
    const now = this.#with.clock.now();
    const night = now.toISOString().slice(0, 10);
    if (now.getUTCHours() !== NIGHT_HOUR_UTC || night === this.#lastNight) return;
    this.#lastNight = night;
    await this.deleteExpired();
  }

  /** Deletes everything past its time that nobody holds, each with an entry in the audit log. Answers how many. */
  async deleteExpired(): Promise<number> {
    const { recordings, service, retention, audit, clock, logger } = this.#with;
    let deleted = 0;
    for (const { code } of CATEGORIES) {
      for (;;) {
        const expired = await recordings.listExpired(code, retention.expiredBefore(code, clock.now()), AT_ONCE);
        for (const recording of expired) {
          if (!(await service.remove(recording))) continue;
          deleted += 1;
          await audit.append({ actorId: null, action: 'recording.expire', subject: recording.callId, address: '', outcome: 'done' });
        }
        if (expired.length < AT_ONCE) break;
      }
    }
    logger.info({ deleted }, 'Recordings past their time were deleted.');
    return deleted;
  }

  /** What fits, since when, until when (R35). */
  async capacity(): Promise<RecordingCapacity> {
    const { recordings, archive, retention, clock } = this.#with;
    const now = clock.now();
    const since = new Date(now.getTime() - RECENT_DAYS * DAY_MS);
    const [totals, recentSeconds, disk] = await Promise.all([recordings.sumUp(), recordings.secondsSince(since), archive.diskSpace()]);
    const measured = measureCapacity({
      storedSeconds: totals.seconds,
      storedBytes: totals.bytes,
      diskFreeBytes: disk.freeBytes,
      diskTotalBytes: disk.totalBytes,
      recentSeconds,
      recentDays: RECENT_DAYS,
      now,
    });
    const { fullAt, ...figures } = measured;
    return {
      ...figures,
      plannedHours: PLANNED_HOURS,
      seats: PLANNED_SEATS,
      hoursPerSeat: PLANNED_HOURS_PER_SEAT,
      heldHours: totals.heldSeconds / 3600,
      storedBytes: totals.bytes,
      diskFreeBytes: disk.freeBytes,
      diskTotalBytes: disk.totalBytes,
      oldest: totals.oldest,
      newest: totals.newest,
      fullOn: fullAt === null ? null : japanDateText(fullAt),
      retentionDays: CATEGORIES.map((category) => ({
        category: toCategoryView(category),
        days: retention.daysOf(category.code),
        storedHours: (totals.secondsByCategory.get(category.code) ?? 0) / 3600,
      })),
    };
  }
}
