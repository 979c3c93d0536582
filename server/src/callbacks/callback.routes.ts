import { CallbacksView } from '#contracts/callbacks.contract';
import { personOf } from '../access/actor.ts';
import { appRoute, type AppRoute } from '../access/declarations.ts';
import type { CallbackService } from './callback.service.ts';

/** The list of people to call back. */
export function callbackRoutes(callbacks: CallbackService): AppRoute[] {
  return [
    appRoute({
      method: 'GET',
      path: '/api/callbacks',
      permission: 'callbacks.handle',
      action: 'callback.list',
      reply: CallbacksView,
      run: async ({ actor }) => callbacks.list(personOf(actor)),
    }),
  ];
}
