/** R35: at least 100 hours for each of 32 seats. */
export const PLANNED_SEATS = 32;
export const PLANNED_HOURS_PER_SEAT = 100;
export const PLANNED_HOURS = PLANNED_SEATS * PLANNED_HOURS_PER_SEAT;
/** Two parties at 20 kb/s, with Ogg and sealing: what a recorded hour takes as long as none was measured. */
export const PLANNED_BYTES_PER_HOUR = 19_000_000;
/** Below this much free space calls that must be recorded are refused. */
const STOP_SHARE = 0.03;
const MEASURED_FROM_HOURS = 1;
const TEN_YEARS_DAYS = 3650;
const DAY_MS = 86_400_000;

export interface CapacityInput {
  storedSeconds: number;
  storedBytes: number;
  diskFreeBytes: number;
  diskTotalBytes: number;
  /** Recorded in the last so many days. */
  recentSeconds: number;
  recentDays: number;
  now: Date;
}

export interface Capacity {
  storedHours: number;
  bytesPerHour: number;
  possibleHours: number;
  isPlanMet: boolean;
  hoursPerDay: number;
  /** The day on which the disk is full at this pace; null: not within ten years. */
  fullAt: Date | null;
}

/** What fits on the disk, and until when. */
export function measureCapacity(input: CapacityInput): Capacity {
  const storedHours = input.storedSeconds / 3600;
  const bytesPerHour = storedHours >= MEASURED_FROM_HOURS ? input.storedBytes / storedHours : PLANNED_BYTES_PER_HOUR;
  const usableBytes = Math.max(0, input.diskFreeBytes - STOP_SHARE * input.diskTotalBytes);
  const hoursLeft = usableBytes / bytesPerHour;
  const hoursPerDay = input.recentSeconds / 3600 / input.recentDays;
  const daysLeft = hoursPerDay > 0 ? hoursLeft / hoursPerDay : Infinity;
  return {
    storedHours,
    bytesPerHour,
    possibleHours: storedHours + hoursLeft,
    isPlanMet: storedHours + hoursLeft >= PLANNED_HOURS,
    hoursPerDay,
    fullAt: daysLeft > TEN_YEARS_DAYS ? null : new Date(input.now.getTime() + daysLeft * DAY_MS),
  };
}
