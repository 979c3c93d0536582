import { CurrentCallView } from '#contracts/calls.contract';
import { personOf } from '../access/actor.ts';
import { appRoute, type AppRoute } from '../access/declarations.ts';
import type { CallService } from './call.service.ts';

/** Where a reloaded desk finds its call. */
export function callRoutes(calls: CallService): AppRoute[] {
  return [
    appRoute({
      method: 'GET',
      path: '/api/calls/current',
      permission: 'calls.read',
      action: 'call.read-current',
      reply: CurrentCallView,
      run: async ({ actor }) => calls.current(personOf(actor)),
    }),
  ];
}
