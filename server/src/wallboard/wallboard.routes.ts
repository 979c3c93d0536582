import { WallboardView } from '#contracts/wallboard.contract';
import { appRoute, type AppRoute } from '../access/declarations.ts';
import type { WallboardService } from './wallboard.service.ts';

/** The board for a page that has just been opened. */
export function wallboardRoutes(wallboard: WallboardService): AppRoute[] {
  return [
    appRoute({
      method: 'GET',
      path: '/api/wallboard',
      permission: 'wallboard.read',
      action: 'wallboard.read',
      reply: WallboardView,
      run: async () => wallboard.view(),
    }),
  ];
}
