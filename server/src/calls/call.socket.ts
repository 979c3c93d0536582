import {
  CallCommand,
  DialCall,
  IdentifyCaller,
  MarkIdentity,
  MuteCall,
  SaveDraft,
  SaveResult,
  SendDigits,
  type CallClientEvents,
} from '#contracts/calls.contract';
import { personOf } from '../access/actor.ts';
import { appCommand, type CommandsFor } from '../access/declarations.ts';
import type { CallService } from './call.service.ts';
import type { Dialler } from './dialler.ts';

const aboutCall = ({ callId }: { callId: string }): string => callId;

/** What an agent's desk asks for during a call. */
export function callCommands(calls: CallService, dialler: Dialler): CommandsFor<Omit<CallClientEvents, 'agent:set-state'>> {
  return {
    'call:dial': appCommand({
      permission: 'calls.dial',
      action: 'call.dial',
      input: DialCall,
      subject: ({ caseId }) => caseId,
      run: (input, actor) => dialler.dial(personOf(actor), input),
    }),
    'call:answer': appCommand({
      permission: 'calls.answer',
      action: 'call.answer',
      input: CallCommand,
      subject: aboutCall,
      run: ({ callId }, actor) => calls.answer(personOf(actor), callId),
    }),
    'call:hang-up': appCommand({
      permission: 'calls.control',
      action: 'call.hang-up',
      input: CallCommand,
      subject: aboutCall,
      run: ({ callId }, actor) => calls.hangUp(personOf(actor), callId),
    }),
    'call:mute': appCommand({
      permission: 'calls.control',
      action: 'call.mute',
      input: MuteCall,
      subject: aboutCall,
      run: ({ callId, muted }, actor) => calls.mute(personOf(actor), callId, muted),
    }),
    'call:send-digits': appCommand({
      permission: 'calls.control',
      action: 'call.send-digits',
      input: SendDigits,
      subject: aboutCall,
      run: ({ callId, digits }, actor) => calls.sendDigits(personOf(actor), callId, digits),
    }),
    'call:mark-identity': appCommand({
      permission: 'calls.record',
      action: 'call.mark-identity',
      input: MarkIdentity,
      subject: aboutCall,
      run: (input, actor) => calls.markIdentity(personOf(actor), input),
    }),
    'call:identify-caller': appCommand({
      permission: 'calls.record',
      action: 'call.identify-caller',
      input: IdentifyCaller,
      subject: aboutCall,
      run: (input, actor) => calls.identifyCaller(personOf(actor), input),
    }),
    'call:save-draft': appCommand({
      permission: 'calls.record',
      action: 'call.save-draft',
      input: SaveDraft,
      subject: aboutCall,
      run: (input, actor) => calls.saveDraft(personOf(actor), input),
    }),
    'call:save-result': appCommand({
      permission: 'calls.record',
      action: 'call.save-result',
      input: SaveResult,
      subject: aboutCall,
      run: (input, actor) => calls.saveResult(personOf(actor), input),
    }),
  };
}
