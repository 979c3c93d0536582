import { z } from 'zod';
import { CalendarDate, CallId, CaseId, CategoryCode, Instant, PhoneId, Yen } from './ids.contract.ts';
import { ResultCode } from './call-results.contract.ts';

/** A stop (S) or attention (A) flag, DOMAIN §4.6. */
export const Flag = z.object({
  code: z.string().regex(/^[SA]\d{2}$/),
  from: CalendarDate,
  setBy: z.enum(['city', 'centre']),
});
export type Flag = z.infer<typeof Flag>;

export const PhoneKind = z.enum(['mobile', 'landline', 'workplace']);
export type PhoneKind = z.infer<typeof PhoneKind>;

export const CasePhone = z.object({
  id: PhoneId,
  kind: PhoneKind,
  /** For display, national form: 090-0000-0412. */
  display: z.string(),
  /** Calls to this number on record: answered / tried. */
  answered: z.int(),
  tried: z.int(),
});
export type CasePhone = z.infer<typeof CasePhone>;

export const Debt = z.object({
  categoryCode: CategoryCode,
  /** Fiscal year, AD: 2025 is 令和7年度. */
  fiscalYear: z.int(),
  /** 期別: which instalment of the year's assessment. */
  instalment: z.int(),
  dueDate: CalendarDate,
  assessed: Yen,
  paid: Yen,
  arrears: Yen,
});
export type Debt = z.infer<typeof Debt>;

export const TimelineEntry = z.object({
  id: z.string(),
  at: Instant,
  kind: z.enum(['call', 'payment', 'letter']),
  direction: z.enum(['outbound', 'inbound']).optional(),
  resultCode: ResultCode.optional(),
  /** Seconds of talk. */
  talkSeconds: z.number().optional(),
  amount: Yen.optional(),
  categoryCode: CategoryCode.optional(),
  note: z.string().optional(),
  by: z.string().optional(),
  callId: CallId.optional(),
  hasRecording: z.boolean(),
});
export type TimelineEntry = z.infer<typeof TimelineEntry>;

/** One verdict of the contact gate: the rule, whether it passed, and figures to show with it. */
export const GateReason = z.object({
  code: z.enum([
    'case-closed',
    'hours',
    'stop-flag',
    'attempts-today',
    'within-the-hour',
    'contacted-today',
    'attempts-month',
    'workplace',
  ]),
  passed: z.boolean(),
  /** Numbers and codes for the sentence: {count: 2, limit: 3}, {until: "17:00"}, {flags: "S02"}. */
  values: z.record(z.string(), z.union([z.string(), z.number()])),
});
export type GateReason = z.infer<typeof GateReason>;

export const GateVerdict = z.object({ allowed: z.boolean(), reasons: z.array(GateReason), checkedAt: Instant });
export type GateVerdict = z.infer<typeof GateVerdict>;

export const Category = z.object({
  code: CategoryCode,
  name: z.object({ ja: z.string(), en: z.string() }),
  shortName: z.object({ ja: z.string(), en: z.string() }),
  /** The number shown to the resident, display form. */
  callerIdDisplay: z.string(),
});
export type Category = z.infer<typeof Category>;

/** A row of today's list. Personal data is masked here as on every list (鈴●　太●). */
export const CaseRow = z.object({
  id: CaseId,
  order: z.int(),
  nameMasked: z.string(),
  kanaMasked: z.string(),
  ward: z.string(),
  categories: z.array(CategoryCode),
  arrears: Yen,
  attemptsToday: z.int(),
  lastResult: ResultCode.nullable(),
  lastCallAt: Instant.nullable(),
  nextCallAt: Instant.nullable(),
  flags: z.array(Flag),
  state: z.enum(['open', 'done', 'stopped']),
});
export type CaseRow = z.infer<typeof CaseRow>;

/** GET /api/cases/today */
export const TodayView = z.object({
  date: CalendarDate,
  rows: z.array(CaseRow),
  categories: z.array(Category),
  counts: z.object({
    total: z.int(),
    open: z.int(),
    done: z.int(),
    stopped: z.int(),
    callsToday: z.int(),
    contactsToday: z.int(),
  }),
});
export type TodayView = z.infer<typeof TodayView>;

/** GET /api/cases/:caseId. Opening one is an audited use case. */
export const CaseView = z.object({
  id: CaseId,
  version: z.int(),
  person: z.object({
    name: z.string(),
    kana: z.string(),
    /** 宛名番号, kept as text with its leading zeros. */
    addresseeNumber: z.string(),
    birthDate: CalendarDate,
    address: z.string(),
    household: z.object({ isHead: z.boolean(), size: z.int() }),
    language: z.enum(['ja', 'en', 'vi', 'ne']),
  }),
  flags: z.array(Flag),
  phones: z.array(CasePhone),
  categories: z.array(Category),
  debts: z.array(Debt),
  /** 基準日: the date the figures were true in the city's core system. */
  asOf: CalendarDate,
  timeline: z.array(TimelineEntry),
  gate: GateVerdict,
});
export type CaseView = z.infer<typeof CaseView>;

export interface CaseServerEvents {
  /** Today's list changed for this user: refetch it. Carries no personal data. */
  'cases:changed': (news: { caseId: CaseId }) => void;
}
