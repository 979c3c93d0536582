import { inject } from '@angular/core';
import { type CanActivateFn, Router } from '@angular/router';
import type { Permission } from '#contracts/users.contract';
import { Session } from './session';

/** Sends people who are not logged in to the log-in screen and brings them back afterwards. */
export const requireSession: CanActivateFn = async (_route, target) => {
  const session = inject(Session);
  const router = inject(Router);
  if (await session.load()) return true;
  return router.createUrlTree(['/login'], target.url === '/' ? {} : { queryParams: { next: target.url } });
};

/** Courtesy only: the server checks the same permission on every request. */
export const requirePermission =
  (permission: Permission): CanActivateFn =>
  async () => {
    const session = inject(Session);
    const router = inject(Router);
    await session.load();
    return session.can(permission) ? true : router.createUrlTree(['/']);
  };
