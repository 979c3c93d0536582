import { JoinedCallReply, LiveCallsView } from '#contracts/live-calls.contract';
import { personOf } from '../access/actor.ts';
import { appRoute, type AppRoute } from '../access/declarations.ts';
import type { JoinedCallService } from './joined-call.service.ts';
import type { SupervisionService } from './supervision.service.ts';

/** Where a reloaded guest or watcher finds the calls of others. */
export function liveCallRoutes(joined: JoinedCallService, supervision: SupervisionService): AppRoute[] {
  return [
    appRoute({
      method: 'GET',
      path: '/api/calls/joined',
      permission: 'calls.join',
      action: 'call.read-joined',
      reply: JoinedCallReply,
      run: async ({ actor }) => joined.current(personOf(actor)),
    }),
    appRoute({
      method: 'GET',
      path: '/api/calls/live',
      permission: 'calls.watch',
      action: 'call.list-live',
      reply: LiveCallsView,
      run: async ({ actor }) => supervision.list(personOf(actor)),
    }),
  ];
}
