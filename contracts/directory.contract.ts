import { z } from 'zod';
import { CategoryCode, UserId } from './ids.contract.ts';
import { AgentState } from './users.contract.ts';

/** Languages the centre speaks; DOMAIN §5. */
export const Language = z.enum(['ja', 'en', 'vi', 'ne']);
export type Language = z.infer<typeof Language>;

export const DirectoryEntryId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/)
  .brand<'DirectoryEntryId'>();
export type DirectoryEntryId = z.infer<typeof DirectoryEntryId>;

/** Somebody who may be called without a case: a section of the city, an interpreter's telephone, a medical institution. */
export const DirectoryEntry = z.object({
  id: DirectoryEntryId,
  kind: z.enum(['section', 'interpreter', 'institution']),
  name: z.object({ ja: z.string(), en: z.string() }),
  numberDisplay: z.string(),
  /** Of an interpreter. */
  languages: z.array(Language),
  /** Of a section: the debts it answers for. */
  categories: z.array(CategoryCode),
});
export type DirectoryEntry = z.infer<typeof DirectoryEntry>;

/** A colleague with a browser phone. */
export const InvitablePerson = z.object({
  userId: UserId,
  name: z.string(),
  role: z.enum(['agent', 'interpreter', 'supervisor']),
  state: AgentState,
  languages: z.array(Language),
  categories: z.array(CategoryCode),
  /** Free, with a phone: an invitation would ring. */
  canJoin: z.boolean(),
});
export type InvitablePerson = z.infer<typeof InvitablePerson>;

/** GET /api/directory: whom an agent can bring into a call. */
export const DirectoryView = z.object({ people: z.array(InvitablePerson), entries: z.array(DirectoryEntry) });
export type DirectoryView = z.infer<typeof DirectoryView>;
