import { measureCapacity, PLANNED_BYTES_PER_HOUR, PLANNED_HOURS, type CapacityInput } from './capacity.model.ts';

const GB = 1_000_000_000;
const empty: CapacityInput = {
  storedSeconds: 0,
  storedBytes: 0,
  diskFreeBytes: 100 * GB,
  diskTotalBytes: 100 * GB,
  recentSeconds: 0,
  recentDays: 28,
  now: new Date('2026-04-01T00:00:00.000Z'),
};

describe('the capacity for recordings', () => {
  it('plans 100 hours for each of 32 seats, which a disk of 100 GB meets', () => {
    const capacity = measureCapacity(empty);
    expect(PLANNED_HOURS).toBe(3200);
    expect(capacity.bytesPerHour).toBe(PLANNED_BYTES_PER_HOUR);
    expect(capacity.isPlanMet).toBeTrue();
    expect(capacity.fullAt).toBeNull();
    expect(measureCapacity({ ...empty, diskFreeBytes: 60 * GB }).isPlanMet).toBeFalse();
  });

  it('counts with what an hour really takes once there is one, and leaves the last 3 % alone', () => {
    const capacity = measureCapacity({ ...empty, storedSeconds: 36_000, storedBytes: 100_000_000, diskFreeBytes: 13 * GB });
    expect(capacity.bytesPerHour).toBe(10_000_000);
    expect(Math.round(capacity.possibleHours)).toBe(10 + 1000);
  });

  it('says when the disk will be full at the pace of the last weeks', () => {
    const pace = { recentSeconds: 28 * 100 * 3600, storedSeconds: 36_000, storedBytes: 100_000_000 };
    const { fullAt, hoursPerDay } = measureCapacity({ ...empty, ...pace, diskFreeBytes: 13 * GB });
    expect(hoursPerDay).toBe(100);
    expect(fullAt?.toISOString()).toBe('2026-04-11T00:00:00.000Z');
    expect(measureCapacity({ ...empty, diskFreeBytes: 0 }).possibleHours).toBe(0);
  });
});
