import { statfs } from 'node:fs/promises';
import type { Clock } from '../ports/clock.port.ts';
import type { DiskSpace, RecordingSpace } from '../ports/recording-space.port.ts';
import { diskLevelAt } from './disk-level.model.ts';

const LOOK_INTERVAL_MS = 10_000;

/** Looks at the disk of the recordings every ten seconds, and tells when its level changes. */
export class DiskWatch implements RecordingSpace {
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #onLevel: (space: DiskSpace) => void;
  #space: DiskSpace | null = null;
  #cancel: () => void = () => undefined;

  constructor(folder: string, clock: Clock, onLevel: (space: DiskSpace) => void) {
    this.#folder = folder;
    this.#clock = clock;
    this.#onLevel = onLevel;
  }

  /** Looks once, tells what it sees, and goes on looking. */
  async start(): Promise<void> {
    await this.look();
    this.#cancel = this.#clock.schedule(LOOK_INTERVAL_MS, () => void this.start());
  }

  stop(): void {
    this.#cancel();
  }

  diskSpace(): DiskSpace {
    return this.#space ?? { freePct: 100, level: 'ok' };
  }

  isRoomForRecording(): boolean {
    return this.diskSpace().level !== 'full';
  }

  /** Looks now. A disk that cannot be asked is taken for full: nothing could be written on it either. */
  async look(): Promise<void> {
    const freePct = await statfs(this.#folder).then(
      ({ bavail, blocks }) => (blocks === 0 ? 0 : Math.round((bavail / blocks) * 1000) / 10),
      () => 0,
    );
    const before = this.#space;
    this.#space = { freePct, level: diskLevelAt(freePct, before?.level ?? 'ok') };
    if (this.#space.level !== before?.level) this.#onLevel(this.#space);
  }
}
