import { z } from 'zod';
import { ContentCode, EndCause, ResultCode } from './call-results.contract.ts';
import { Category } from './cases.contract.ts';
import { CallId, CaseId, CategoryCode, Instant, PhoneId } from './ids.contract.ts';
import { Language } from './directory.contract.ts';
import { PartyView } from './parties.contract.ts';
import type { Ack } from './problem.contract.ts';
import type { AgentView, SetAgentState } from './users.contract.ts';

export const CallDirection = z.enum(['outbound', 'inbound']);
export type CallDirection = z.infer<typeof CallDirection>;

/**
 * Where a call stands, as screens see it.
 * outbound: dialling -> ringing -> talking -> wrap-up -> done; inbound: queued -> offered -> talking -> wrap-up -> done.
 */
export const CallPhase = z.enum(['queued', 'offered', 'dialling', 'ringing', 'talking', 'wrap-up', 'done']);
export type CallPhase = z.infer<typeof CallPhase>;

export const RecordingState = z.enum(['none', 'recording', 'saving', 'ready', 'failed']);
export type RecordingState = z.infer<typeof RecordingState>;

/** One item of the identity check, DOMAIN §4.5: two matches unlock disclosure. */
export const IdentityItem = z.enum(['name', 'birth-date', 'address', 'notice-number']);
export type IdentityItem = z.infer<typeof IdentityItem>;
export const IdentityCheck = z.partialRecord(IdentityItem, z.enum(['match', 'mismatch']));
export type IdentityCheck = z.infer<typeof IdentityCheck>;

/** Somebody whose number matches an inbound caller's. A match proves nothing: everything is masked. */
export const CallerCandidate = z.object({
  caseId: CaseId,
  nameMasked: z.string(),
  kanaMasked: z.string(),
  birthYearMasked: z.string(),
  ward: z.string(),
  categories: z.array(CategoryCode),
});
export type CallerCandidate = z.infer<typeof CallerCandidate>;

export const CallView = z.object({
  id: CallId,
  /** Grows with every change: a late view is dropped. */
  version: z.int(),
  direction: CallDirection,
  phase: CallPhase,
  /** The call this is the viewer's finished part of: it went on with somebody else, and only this part is to be written up. */
  partOf: CallId.nullable(),
  /** The case on screen. Inbound: null until the caller is identified. */
  caseId: CaseId.nullable(),
  phoneId: PhoneId.nullable(),
  category: Category,
  /** The other party's number for display. */
  numberDisplay: z.string(),
  candidates: z.array(CallerCandidate),
  startedAt: Instant,
  answeredAt: Instant.nullable(),
  endedAt: Instant.nullable(),
  cause: EndCause.nullable(),
  endedBy: z.enum(['agent', 'resident', 'system']).nullable(),
  isMuted: z.boolean(),
  /** Everybody in the call, the invited included; supervisors only when they are visible. Empty until it is answered. */
  parties: z.array(PartyView),
  /** The language the caller chose in the queue; Japanese until then. */
  language: Language,
  identity: IdentityCheck,
  isIdentified: z.boolean(),
  suggestedResult: ResultCode.nullable(),
  recording: RecordingState,
  isRecordingPaused: z.boolean(),
  /** When wrap-up should be over; null outside of it. */
  wrapUpUntil: Instant.nullable(),
  /** What the agent who handed the call over had noted; null when nobody did, or when the viewer may not see the case. */
  handedOverNote: z.string().nullable(),
  draft: z.object({
    note: z.string(),
    resultCode: ResultCode.nullable(),
    contents: z.array(ContentCode),
    savedAt: Instant.nullable(),
  }),
});
export type CallView = z.infer<typeof CallView>;

/** call:dial. `requestId` makes a repeated click harmless: the same id is carried out once. */
export const DialCall = z.object({
  requestId: z.uuid(),
  caseId: CaseId,
  phoneId: PhoneId,
  categoryCode: CategoryCode,
});
export type DialCall = z.infer<typeof DialCall>;

export const CallCommand = z.object({ callId: CallId });
export type CallCommand = z.infer<typeof CallCommand>;

export const MuteCall = z.object({ callId: CallId, muted: z.boolean() });
export type MuteCall = z.infer<typeof MuteCall>;

export const SendDigits = z.object({ callId: CallId, digits: z.string().regex(/^[0-9*#A-D]{1,32}$/) });
export type SendDigits = z.infer<typeof SendDigits>;

/** Outbound: the agent ticks what the resident said. */
export const MarkIdentity = z.object({ callId: CallId, item: IdentityItem, verdict: z.enum(['match', 'mismatch']).nullable() });
export type MarkIdentity = z.infer<typeof MarkIdentity>;

/** Inbound: the agent types what the caller said; the server compares and answers, item by item, whether it matched; never what is on file. */
export const IdentifyCaller = z.object({
  callId: CallId,
  caseId: CaseId,
  said: z.object({
    kana: z.string().max(80).optional(),
    birthDate: z.string().max(20).optional(),
    address: z.string().max(120).optional(),
    noticeNumber: z.string().max(20).optional(),
  }),
});
export type IdentifyCaller = z.infer<typeof IdentifyCaller>;

export const MAX_NOTE_LENGTH = 2000;

/** call:save-draft: kept on the server as it is typed, so that a reload loses nothing. */
export const SaveDraft = z.object({
  callId: CallId,
  note: z.string().max(MAX_NOTE_LENGTH),
  resultCode: ResultCode.nullable(),
  contents: z.array(ContentCode).max(10),
});
export type SaveDraft = z.infer<typeof SaveDraft>;

/** call:save-result: ends wrap-up and writes the negotiation record (交渉記録, R31). */
export const SaveResult = SaveDraft.extend({ resultCode: ResultCode });
export type SaveResult = z.infer<typeof SaveResult>;

/** GET /api/calls/current: everything a reloaded desk needs to stand where it stood. */
export const CurrentCallView = z.object({ call: CallView.nullable(), serverTime: Instant });
export type CurrentCallView = z.infer<typeof CurrentCallView>;

export interface CallServerEvents {
  'call:changed': (call: CallView) => void;
}

type Command<Input, Output> = (command: Input, acknowledge: (reply: Ack<Output>) => void) => void;

export interface CallClientEvents {
  'call:dial': Command<DialCall, CallView>;
  'call:answer': Command<CallCommand, CallView>;
  'call:hang-up': Command<CallCommand, CallView>;
  'call:mute': Command<MuteCall, CallView>;
  'call:send-digits': Command<SendDigits, CallView>;
  'call:mark-identity': Command<MarkIdentity, CallView>;
  'call:identify-caller': Command<IdentifyCaller, CallView>;
  'call:save-draft': Command<SaveDraft, CallView>;
  'call:save-result': Command<SaveResult, CallView>;
  'agent:set-state': Command<SetAgentState, AgentView>;
}
