import type { DiskLevel } from '#contracts/recordings.contract';

export interface DiskSpace {
  /** Of the disk that holds the recordings, in percent. */
  readonly freePct: number;
  readonly level: DiskLevel;
}

/** Whether recordings have room. */
export interface RecordingSpace {
  /** As it was at the last look, seconds ago. */
  diskSpace(): DiskSpace;
  /** False when calls that must be recorded are to be refused. */
  isRoomForRecording(): boolean;
}
