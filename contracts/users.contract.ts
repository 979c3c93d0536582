import { z } from 'zod';
import { CategoryCode, Instant, UserId } from './ids.contract.ts';

export const Role = z.enum(['agent', 'interpreter', 'supervisor', 'manager', 'administrator']);
export type Role = z.infer<typeof Role>;

export const Locale = z.enum(['ja', 'en']);
export type Locale = z.infer<typeof Locale>;

/** What a person may do. Every HTTP route, socket command and phone registration names exactly one. */
export const Permission = z.enum([
  'session.read',
  'session.end',
  'cases.list',
  'cases.read',
  'calls.read',
  'calls.dial',
  'calls.answer',
  'calls.control',
  'calls.record',
  'calls.join',
  'calls.watch',
  'calls.supervise',
  'callbacks.handle',
  'directory.read',
  'telephony.read',
  'phone.register',
  'agents.set-state',
  'recordings.play',
  'recordings.list',
  'recordings.export',
  'recordings.hold',
  'recordings.purge',
  'wallboard.read',
]);
export type Permission = z.infer<typeof Permission>;

/** POST /api/session */
export const LogIn = z.object({
  userNumber: z.string().trim().min(1).max(32),
  password: z.string().min(1).max(256),
});
export type LogIn = z.infer<typeof LogIn>;

/** GET /api/session and the answer to POST /api/session */
export const SessionView = z.object({
  user: z.object({
    id: UserId,
    /** What the person types to log in, for example k1207. */
    number: z.string(),
    name: z.string(),
    role: Role,
    seat: z.string(),
    locale: Locale,
    categories: z.array(CategoryCode),
  }),
  permissions: z.array(Permission),
  /** The server's clock at the moment of the answer, so that timers do not trust the seat's clock. */
  serverTime: Instant,
  /** Seeded demonstration data: every screen says so. */
  demo: z.boolean(),
  centre: z.string(),
});
export type SessionView = z.infer<typeof SessionView>;

/** GET /api/site: what the log-in screen may know before anybody is logged in. */
export const SiteView = z.object({
  centre: z.string(),
  serverTime: Instant,
  demo: z.boolean(),
  calling: z.object({ isOpen: z.boolean(), from: z.string(), until: z.string(), isDemoHours: z.boolean() }),
  version: z.string(),
});
export type SiteView = z.infer<typeof SiteView>;

/** What an agent is doing. `ringing`, `talking` and `wrap-up` follow from calls; only the others can be chosen. */
export const AgentState = z.enum(['offline', 'ready', 'away', 'ringing', 'talking', 'wrap-up']);
export type AgentState = z.infer<typeof AgentState>;

/** Why somebody is away. `missed-call` is set by the centre when a call rang in vain; nobody chooses it. */
export const AwayReason = z.enum(['break', 'meal', 'meeting', 'training', 'desk-work', 'missed-call']);
export type AwayReason = z.infer<typeof AwayReason>;

/** Away without a reason is a break. */
export const SetAgentState = z.object({
  state: z.enum(['ready', 'away']),
  reason: AwayReason.exclude(['missed-call']).optional(),
});
export type SetAgentState = z.infer<typeof SetAgentState>;

export const AgentView = z.object({
  userId: UserId,
  state: AgentState,
  /** Null unless they are away. */
  awayReason: AwayReason.nullable(),
  since: Instant,
  /** The browser phone has a media session up (parked or in a call). */
  phoneReady: z.boolean(),
  version: z.int(),
});
export type AgentView = z.infer<typeof AgentView>;

/** POST /api/phone/credential: a short-lived SIP credential, good for this browser only. */
export const PhoneCredential = z.object({
  /** WebSocket address of the SIP server, ws:// on loopback, wss:// elsewhere (RFC 7118). */
  webSocketUri: z.url(),
  /** Address of record, sip:<username>@<domain>. */
  addressOfRecord: z.string(),
  username: z.string(),
  password: z.string(),
  /** Where the browser sends the INVITE that brings up its media session. */
  deskUri: z.string(),
  expiresAt: Instant,
});
export type PhoneCredential = z.infer<typeof PhoneCredential>;

export interface AgentServerEvents {
  'agent:changed': (agent: AgentView) => void;
}
