import type { z } from 'zod';
import { MuteSelf, OfCall, SuperviseCall, type LiveCallClientEvents } from '#contracts/live-calls.contract';
import { personOf } from '../access/actor.ts';
import { appCommand, type CommandsFor } from '../access/declarations.ts';
import type { JoinedCallService } from './joined-call.service.ts';
import type { SupervisionService } from './supervision.service.ts';

const aboutCall = ({ callId }: { callId: string }): string => callId;

/** Which call and which mode, as the audit log names it. */
function aboutSupervision({ callId, mode, isHidden }: z.output<typeof SuperviseCall>): string {
  return `${callId} ${mode ?? 'leave'}${isHidden ? ' hidden' : ''}`;
}

/** What guests and supervisors ask for in a call that somebody else is responsible for. */
export function liveCallCommands(joined: JoinedCallService, supervision: SupervisionService): CommandsFor<LiveCallClientEvents> {
  return {
    'joined-call:join': appCommand({
      permission: 'calls.join',
      action: 'call.join',
      input: OfCall,
      subject: aboutCall,
      run: ({ callId }, actor) => joined.join(personOf(actor), callId),
    }),
    'joined-call:decline': appCommand({
      permission: 'calls.join',
      action: 'call.decline',
      input: OfCall,
      subject: aboutCall,
      run: ({ callId }, actor) => joined.decline(personOf(actor), callId),
    }),
    'joined-call:leave': appCommand({
      permission: 'calls.join',
      action: 'call.leave',
      input: OfCall,
      subject: aboutCall,
      run: ({ callId }, actor) => joined.leave(personOf(actor), callId),
    }),
    'joined-call:mute': appCommand({
      permission: 'calls.join',
      action: 'call.mute-self',
      input: MuteSelf,
      subject: aboutCall,
      run: ({ callId, muted }, actor) => joined.mute(personOf(actor), callId, muted),
    }),
    'joined-call:ask-to-repeat': appCommand({
      permission: 'calls.join',
      action: 'call.ask-to-repeat',
      input: OfCall,
      subject: aboutCall,
      run: ({ callId }, actor) => joined.askToRepeat(personOf(actor), callId),
    }),
    'live-call:supervise': appCommand({
      permission: 'calls.supervise',
      action: 'call.supervise',
      input: SuperviseCall,
      subject: aboutSupervision,
      run: (input, actor) => supervision.supervise(personOf(actor), input),
    }),
    'live-call:take-over': appCommand({
      permission: 'calls.supervise',
      action: 'call.take-over',
      input: OfCall,
      subject: aboutCall,
      run: ({ callId }, actor) => supervision.takeOver(personOf(actor), callId),
    }),
  };
}
