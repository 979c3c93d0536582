import { z } from 'zod';
import { UserId } from './ids.contract.ts';

/** One party of one call; the resident is always `resident`, the first agent `agent`, further ones are numbered by the server. */
export const PartyId = z
  .string()
  .regex(/^[a-z0-9-]{1,40}$/)
  .brand<'PartyId'>();
export type PartyId = z.infer<typeof PartyId>;

export const RESIDENT = PartyId.parse('resident');
export const FIRST_AGENT = PartyId.parse('agent');

/** `third-party`: somebody reached by telephone who is neither, such as a city section. */
export const PartyRole = z.enum(['agent', 'resident', 'interpreter', 'supervisor', 'third-party']);
export type PartyRole = z.infer<typeof PartyRole>;

/** `listen` is heard by nobody, `whisper` by the agent alone, `barge` by everybody. */
export const SupervisionMode = z.enum(['listen', 'whisper', 'barge']);
export type SupervisionMode = z.infer<typeof SupervisionMode>;

/** A conference has at most so many parties, supervisors who only listen or whisper not counted. */
export const MAX_PARTIES = 6;

/** Why somebody is not in the call any more. */
export const PartyEnd = z.enum(['left', 'removed', 'no-answer', 'busy', 'declined', 'unreachable', 'lost', 'call-ended']);
export type PartyEnd = z.infer<typeof PartyEnd>;

/** One party as screens see it; never a number. */
export const PartyView = z.object({
  id: PartyId,
  role: PartyRole,
  /** Null for a party reached by telephone. */
  userId: UserId.nullable(),
  /** The person's or the section's name; empty for the resident, whom the case names. */
  label: z.string(),
  standing: z.enum(['invited', 'ringing', 'present']),
  isMuted: z.boolean(),
  isHeld: z.boolean(),
  isPrivate: z.boolean(),
  /** How loudly the others hear this party, linear; 1 is unchanged. */
  volume: z.number(),
  supervision: SupervisionMode.nullable(),
});
export type PartyView = z.infer<typeof PartyView>;
