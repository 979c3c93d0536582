import { z } from 'zod';
import type { CallCommand, CallView } from './calls.contract.ts';
import { DirectoryEntryId } from './directory.contract.ts';
import { CallId, UserId } from './ids.contract.ts';
import { PartyId } from './parties.contract.ts';
import type { Ack } from './problem.contract.ts';

/** What the responsible agent does with the parties of their call. Every command answers the call as it stands then. */
const inCall = { callId: CallId };

/** call:hold: the resident hears music and is heard by nobody. */
export const HoldCall = z.object({ ...inCall, held: z.boolean() });
export type HoldCall = z.infer<typeof HoldCall>;

/** call:change-party: what is left out stays. */
export const ChangeParty = z.object({
  ...inCall,
  party: PartyId,
  held: z.boolean().optional(),
  muted: z.boolean().optional(),
  volume: z.number().min(0).max(4).optional(),
});
export type ChangeParty = z.infer<typeof ChangeParty>;

/** call:invite. A person by their browser phone, or an entry of the directory by telephone; never a number. */
export const InviteParty = z.object({
  ...inCall,
  role: z.enum(['interpreter', 'agent', 'third-party']),
  target: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('user'), userId: UserId }),
    z.object({ kind: z.literal('directory'), entryId: DirectoryEntryId }),
  ]),
  /** `open`: all talk together; `private`: a word first, the resident hears music; `blind`: the agent leaves at once. */
  entry: z.enum(['open', 'private', 'blind']),
});
export type InviteParty = z.infer<typeof InviteParty>;

export const OfParty = z.object({ ...inCall, party: PartyId });
export type OfParty = z.infer<typeof OfParty>;

/** call:talk-privately: with these alone; an empty list brings all together again. */
export const TalkPrivately = z.object({ ...inCall, with: z.array(PartyId).max(5) });
export type TalkPrivately = z.infer<typeof TalkPrivately>;

type Command<Input, Output> = (command: Input, acknowledge: (reply: Ack<Output>) => void) => void;

export interface CallPartyClientEvents {
  'call:hold': Command<HoldCall, CallView>;
  'call:change-party': Command<ChangeParty, CallView>;
  'call:invite': Command<InviteParty, CallView>;
  'call:remove-party': Command<OfParty, CallView>;
  'call:talk-privately': Command<TalkPrivately, CallView>;
  /** Attended transfer to a party that is here: the agent's part is over and wrap-up begins. */
  'call:transfer': Command<OfParty, CallView>;
  /** Back to the category's queue; wrap-up begins. */
  'call:requeue': Command<CallCommand, CallView>;
  'call:pause-recording': Command<CallCommand, CallView>;
  'call:resume-recording': Command<CallCommand, CallView>;
}
