import { DialCallback, OfCallback, type CallbackClientEvents } from '#contracts/callbacks.contract';
import type { CategoryCode } from '#contracts/ids.contract';
import { personOf, type Person } from '../access/actor.ts';
import { appCommand, type CommandsFor } from '../access/declarations.ts';
import { isPermitted } from '../access/permission.model.ts';
import type { CallbackService } from './callback.service.ts';

/** Everybody who handles call-backs of a category hears of them in its room. */
export const callbackRoom = (category: CategoryCode): string => `callbacks:${category}`;

export const callbackRoomsOf = ({ role, categories }: Person): string[] =>
  isPermitted(role, 'callbacks.handle') ? categories.map(callbackRoom) : [];

const aboutCallback = ({ id }: { id: string }): string => id;

/** What people do about call-backs. */
export function callbackCommands(callbacks: CallbackService): CommandsFor<CallbackClientEvents> {
  return {
    'callback:take': appCommand({
      permission: 'callbacks.handle',
      action: 'callback.take',
      input: OfCallback,
      subject: aboutCallback,
      run: ({ id }, actor) => callbacks.take(personOf(actor), id),
    }),
    'callback:give-back': appCommand({
      permission: 'callbacks.handle',
      action: 'callback.give-back',
      input: OfCallback,
      subject: aboutCallback,
      run: ({ id }, actor) => callbacks.giveBack(personOf(actor), id),
    }),
    'callback:dial': appCommand({
      // A call out like every other: it is on record before anybody's telephone rings.
      permission: 'calls.dial',
      action: 'callback.dial',
      input: DialCallback,
      subject: aboutCallback,
      run: (input, actor) => callbacks.dial(personOf(actor), input),
    }),
    'callback:finish': appCommand({
      permission: 'callbacks.handle',
      action: 'callback.finish',
      input: OfCallback,
      subject: aboutCallback,
      run: ({ id }, actor) => callbacks.finish(personOf(actor), id),
    }),
  };
}
