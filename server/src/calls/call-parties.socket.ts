import {
  ChangeParty,
  HoldCall,
  InviteParty,
  OfParty,
  TalkPrivately,
  type CallPartyClientEvents,
} from '#contracts/call-parties.contract';
import { CallCommand } from '#contracts/calls.contract';
import { personOf } from '../access/actor.ts';
import { appCommand, type CommandsFor } from '../access/declarations.ts';
import type { CallPartyService } from './call-parties.service.ts';

const aboutCall = ({ callId }: { callId: string }): string => callId;
const aboutParty = ({ callId, party }: { callId: string; party: string }): string => `${callId} ${party}`;

/** Whom an agent brought in, as the audit log names it; never a number. */
function aboutInvitation({ callId, target, entry }: InviteParty): string {
  return `${callId} ${target.kind === 'user' ? target.userId : target.entryId} ${entry}`;
}

/** What the responsible agent asks for about the parties of a call. */
export function callPartyCommands(parties: CallPartyService): CommandsFor<CallPartyClientEvents> {
  return {
    'call:hold': appCommand({
      permission: 'calls.control',
      action: 'call.hold',
      input: HoldCall,
      subject: aboutCall,
      run: (input, actor) => parties.hold(personOf(actor), input),
    }),
    'call:change-party': appCommand({
      permission: 'calls.control',
      action: 'call.change-party',
      input: ChangeParty,
      subject: aboutParty,
      run: (input, actor) => parties.changeParty(personOf(actor), input),
    }),
    'call:invite': appCommand({
      permission: 'calls.control',
      action: 'call.invite',
      input: InviteParty,
      subject: aboutInvitation,
      run: (input, actor) => parties.invite(personOf(actor), input),
    }),
    'call:remove-party': appCommand({
      permission: 'calls.control',
      action: 'call.remove-party',
      input: OfParty,
      subject: aboutParty,
      run: (input, actor) => parties.remove(personOf(actor), input),
    }),
    'call:talk-privately': appCommand({
      permission: 'calls.control',
      action: 'call.talk-privately',
      input: TalkPrivately,
      subject: aboutCall,
      run: (input, actor) => parties.talkPrivately(personOf(actor), input),
    }),
    'call:transfer': appCommand({
      permission: 'calls.control',
      action: 'call.transfer',
      input: OfParty,
      subject: aboutParty,
      run: (input, actor) => parties.transfer(personOf(actor), input),
    }),
    'call:requeue': appCommand({
      permission: 'calls.control',
      action: 'call.requeue',
      input: CallCommand,
      subject: aboutCall,
      run: ({ callId }, actor) => parties.requeue(personOf(actor), callId),
    }),
    'call:pause-recording': appCommand({
      permission: 'calls.control',
      action: 'call.pause-recording',
      input: CallCommand,
      subject: aboutCall,
      run: ({ callId }, actor) => parties.pauseRecording(personOf(actor), callId),
    }),
    'call:resume-recording': appCommand({
      permission: 'calls.control',
      action: 'call.resume-recording',
      input: CallCommand,
      subject: aboutCall,
      run: ({ callId }, actor) => parties.resumeRecording(personOf(actor), callId),
    }),
  };
}
