import { z } from 'zod';
import type { CallView } from './calls.contract.ts';
import { Category } from './cases.contract.ts';
import { Language } from './directory.contract.ts';
import { CallId, CaseId, Instant } from './ids.contract.ts';
import type { Ack } from './problem.contract.ts';

export const CallbackId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/)
  .brand<'CallbackId'>();
export type CallbackId = z.infer<typeof CallbackId>;

/** Somebody whom nobody answered and who shall be called back (DOMAIN R39). */
export const CallbackView = z.object({
  id: CallbackId,
  version: z.int(),
  callId: CallId,
  category: Category,
  /** The caller's number for display; empty when withheld (such a task is only counted, not listed). */
  numberDisplay: z.string(),
  language: Language,
  /** Masked names of the cases this number is on; a match proves nothing. */
  candidates: z.array(z.object({ caseId: CaseId, nameMasked: z.string() })),
  missedAt: Instant,
  waitedSeconds: z.int(),
  reason: z.enum(['abandoned', 'no-agent', 'closed']),
  state: z.enum(['open', 'taken', 'done']),
  takenBy: z.string().nullable(),
  attempts: z.int(),
});
export type CallbackView = z.infer<typeof CallbackView>;

/** GET /api/callbacks: open and taken ones of the person's categories, the longest waiting first. */
export const CallbacksView = z.object({ callbacks: z.array(CallbackView), serverTime: Instant });
export type CallbacksView = z.infer<typeof CallbacksView>;

export const OfCallback = z.object({ id: CallbackId });
export type OfCallback = z.infer<typeof OfCallback>;
/** callback:dial: the number comes from the task; `requestId` makes a repeated click harmless. */
export const DialCallback = z.object({ id: CallbackId, requestId: z.uuid() });
export type DialCallback = z.infer<typeof DialCallback>;

export interface CallbackServerEvents {
  'callback:changed': (callback: CallbackView) => void;
}

type Command<Input, Output> = (command: Input, acknowledge: (reply: Ack<Output>) => void) => void;

export interface CallbackClientEvents {
  'callback:take': Command<OfCallback, CallbackView>;
  'callback:give-back': Command<OfCallback, CallbackView>;
  'callback:dial': Command<DialCallback, CallView>;
  'callback:finish': Command<OfCallback, CallbackView>;
}
