import type { RecordingAlarm } from '#contracts/recordings.contract';
import type { Person } from '../access/actor.ts';
import type { Clock } from '../platform/clock.ts';
import type { AlarmStore } from './alarm.store.ts';

/** Supervisors' screens hear news of alarms in this room. */
export const RECORDING_ALARM_ROOM = 'recordings:alarms';

/** Alarms about recordings, told to whoever watches. */
export class RecordingAlarms {
  readonly #store: AlarmStore;
  readonly #show: (alarms: RecordingAlarm[]) => void;
  readonly #clock: Clock;

  constructor(store: AlarmStore, show: (alarms: RecordingAlarm[]) => void, clock: Clock) {
    this.#store = store;
    this.#show = show;
    this.#clock = clock;
  }

  /** Those nobody has acknowledged, newest first. */
  async listOpen(): Promise<RecordingAlarm[]> {
    return await this.#store.listOpen();
  }

  async raise(alarm: RecordingAlarm): Promise<void> {
    if (await this.#store.raise(alarm)) this.#show(await this.#store.listOpen());
  }

  /** What was to be looked at is over by itself. */
  async end(id: string): Promise<void> {
    if (await this.#store.end(id, null, this.#clock.now())) this.#show(await this.#store.listOpen());
  }

  /** The disk of a gateway has a new level, which replaces what was said of it before. */
  async replaceDiskAlarm(gatewayId: string, alarm: RecordingAlarm | null): Promise<void> {
    await this.#store.endDiskAlarms(gatewayId, this.#clock.now());
    if (alarm !== null) await this.#store.raise(alarm);
    this.#show(await this.#store.listOpen());
  }

  /** Somebody has looked. Answers what is left; an alarm that is over already is no error. */
  async acknowledge(person: Person, id: string): Promise<RecordingAlarm[]> {
    await this.#store.end(id, person.userId, this.#clock.now());
    const open = await this.#store.listOpen();
    this.#show(open);
    return open;
  }
}
