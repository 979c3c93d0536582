import { DirectoryView } from '#contracts/directory.contract';
import { personOf } from '../access/actor.ts';
import { appRoute, type AppRoute } from '../access/declarations.ts';
import type { DirectoryService } from './directory.service.ts';

/** Whom an agent can bring into a call. */
export function directoryRoutes(directory: DirectoryService): AppRoute[] {
  return [
    appRoute({
      method: 'GET',
      path: '/api/directory',
      permission: 'directory.read',
      action: 'directory.read',
      reply: DirectoryView,
      run: async ({ actor }) => directory.view(personOf(actor)),
    }),
  ];
}
