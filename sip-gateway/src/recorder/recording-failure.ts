/** Why a recording cannot go on. The message is a fixed phrase for people, without path or personal data. */
export class RecordingFailure extends Error {
  readonly code = 'recording-failed';

  constructor(reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.name = 'RecordingFailure';
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'disk full',
  EDQUOT: 'disk quota exceeded',
  EROFS: 'disk is read-only',
  EACCES: 'no permission to write',
  EEXIST: 'a recording of this name exists',
};

/** Says in a fixed phrase what the system said in a code. */
export function toRecordingFailure(error: unknown): RecordingFailure {
  if (error instanceof RecordingFailure) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  return new RecordingFailure(REASONS[code] ?? `disk error ${code}`, { cause: error });
}
