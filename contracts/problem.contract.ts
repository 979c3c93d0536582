import { z } from 'zod';

/**
 * Every error a caller can meet, by its code. Codes are API: the client translates by code, tests match on it.
 * `title` is the English sentence for people who read the wire; it never carries data.
 */
export const PROBLEMS = {
  'request.invalid': { status: 400, title: 'The request does not match its contract.' },
  'request.too-large': { status: 413, title: 'The request is larger than this route accepts.' },
  'route.not-found': { status: 404, title: 'There is nothing at this address.' },
  'session.required': { status: 401, title: 'Log in first.' },
  'session.wrong-credentials': { status: 401, title: 'The user number or the password is wrong.' },
  'session.too-many-attempts': { status: 429, title: 'Too many attempts. Wait a minute and try again.' },
  'session.foreign-origin': { status: 403, title: 'The request comes from another site.' },
  'access.denied': { status: 403, title: 'Your role does not permit this.' },
  'case.not-found': { status: 404, title: 'There is no such case in your lists.' },
  'call.not-found': { status: 404, title: 'There is no such call.' },
  'call.invalid-state': { status: 409, title: 'The call is not in a state that allows this.' },
  'call.refused-by-gate': { status: 409, title: 'The contact rules do not allow this call now.' },
  'call.number-not-on-case': { status: 403, title: 'That number is on no open case.' },
  'call.agent-busy': { status: 409, title: 'Finish the current call first.' },
  'call.edited-elsewhere': { status: 409, title: 'The record was changed elsewhere.' },
  'party.not-found': { status: 404, title: 'There is no such party in the call.' },
  'party.not-free': { status: 409, title: 'This person is in another call, away, or without a phone.' },
  'party.unsuitable': { status: 409, title: 'This person or office cannot take that part in the call.' },
  'party.too-many': { status: 409, title: 'The call has as many parties as it can have.' },
  'directory.not-found': { status: 404, title: 'There is no such person or entry in the directory.' },
  'supervision.hidden-forbidden': { status: 403, title: 'Supervising invisibly is switched off in this centre.' },
  'callback.not-found': { status: 404, title: 'There is no such call-back in your categories.' },
  'callback.taken': { status: 409, title: 'Somebody else has taken this call-back.' },
  'phone.not-ready': { status: 409, title: 'Your phone is not connected.' },
  'gateway.unavailable': { status: 503, title: 'The telephone gateway does not answer.' },
  'gateway.command-expired': { status: 504, title: 'The command came too late and was not carried out.' },
  'gateway.command-repeated': { status: 409, title: 'The command was already received.' },
  'recording.not-found': { status: 404, title: 'There is no recording of this call.' },
  'recording.not-ready': { status: 409, title: 'The recording is still being written.' },
  'recording.no-room': { status: 503, title: 'There is no room left for recordings, and this call must be recorded.' },
  'recording.held': { status: 409, title: 'The recording is held and cannot be deleted.' },
  'recording.purged': { status: 410, title: 'The recording was deleted.' },
  'recording.damaged': { status: 500, title: 'The recording was changed or damaged on the disk.' },
  'internal.error': { status: 500, title: 'Something went wrong here. The error number finds it in the log.' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof PROBLEMS;

/** The error document of RFC 9457, the same over HTTP (application/problem+json) and in a socket acknowledgement. */
export const Problem = z.object({
  type: z.url(),
  code: z.custom<ProblemCode>((value) => typeof value === 'string' && value in PROBLEMS),
  title: z.string(),
  status: z.int(),
  /** What happened this time, in one English sentence without personal data. */
  detail: z.string().optional(),
  /** The request's number, to find it in the log. */
  instance: z.string(),
  /** Field errors; `pointer` is a JSON pointer into the request body (RFC 6901). */
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
  /** Reasons of the contact gate, each a code that the client translates. */
  reasons: z.array(z.string()).optional(),
});
export type Problem = z.infer<typeof Problem>;

/** What every socket command is answered with. */
export type Ack<T> = { ok: true; data: T } | { ok: false; problem: Problem };
