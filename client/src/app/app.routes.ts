import type { Routes } from '@angular/router';
import { requireSession } from './platform/guards';

/**
 * A feature hangs here lazily with its own routes file and scope of words:
 * { path: 'desk', canActivate: [requirePermission('calls.dial')], loadChildren: () => import('./calls/desk.routes').then((m) => m.DESK_ROUTES) }
 */
export const routes: Routes = [
  { path: 'login', loadComponent: () => import('./users/login').then((m) => m.Login) },
  {
    path: '',
    canActivate: [requireSession],
    loadComponent: () => import('./shell/shell').then((m) => m.Shell),
    children: [],
  },
  { path: '**', redirectTo: '' },
];
