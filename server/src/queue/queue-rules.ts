import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { CategoryCode } from '#contracts/ids.contract';
import { ConfigError } from '../config.ts';

const seconds = z.number().positive().max(86_400);

/** How callers are queued; docs/queues.md tells operators what each does. */
export const QueueRules = z.strictObject({
  /** How long a call rings at one desk before it goes to the next. */
  ringSeconds: seconds.default(20),
  /** Pause between two announcements of place and wait. */
  announceEverySeconds: seconds.default(30),
  /** Callers of the last minutes before closing time are told so. */
  closingNoticeMinutes: z.number().nonnegative().default(10),
  /** After this nobody waits any longer: an apology, the end, and a call-back task. */
  maximumWaitSeconds: seconds.default(600),
  /** After this the call is also offered to agents of the categories in `overflow`. */
  overflowAfterSeconds: seconds.default(120),
  /** Whose agents have the right to take calls of a category that has nobody free: {"01": ["04"]}. */
  overflow: z.record(CategoryCode, z.array(CategoryCode)).default({}),
  /** What one call takes, talk and wrap-up, until there are calls to learn it from. */
  handlingSeconds: seconds.default(240),
});
export type QueueRules = Readonly<z.infer<typeof QueueRules>>;

/** Reads the operator's rules; without a file the defaults. Throws ConfigError naming every problem. */
export function readQueueRules(file: string | undefined): QueueRules {
  if (file === undefined) return QueueRules.parse({});
  const parsed = QueueRules.safeParse(readJson(file));
  if (!parsed.success)
    throw new ConfigError(parsed.error.issues.map((issue) => `QUEUE_FILE ${issue.path.join('.')}: ${issue.message}`));
  return Object.freeze(parsed.data);
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw new ConfigError(['QUEUE_FILE: cannot be read as JSON']);
  }
}
