import { CommandError } from '../command-error.ts';

/** MongoDB's limit for what one stage holds in memory. */
export const MAX_STAGE_BYTES = 100 * 1024 * 1024;

/** What a stage answers that may not use temporary files. */
export const memoryLimitExceeded = (stage: string): CommandError =>
  new CommandError(
    292,
    `${stage} exceeded memory limit of ${MAX_STAGE_BYTES} bytes, but did not opt in to external sorting. Pass allowDiskUse:true to opt in.`,
  );
