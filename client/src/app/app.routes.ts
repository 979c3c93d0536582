import { inject } from '@angular/core';
import type { RedirectFunction, Routes } from '@angular/router';
import { requirePermission, requireSession } from './platform/guards';
import { Session } from './platform/session';

/** Where a person's day starts: the list for those who call, else the board. */
const goHome: RedirectFunction = async () => {
  const session = inject(Session);
  if (!(await session.load())) return '/login';
  return session.can('calls.dial') ? '/today' : '/wallboard';
};

export const routes: Routes = [
  { path: 'login', title: 'login.title', loadComponent: () => import('./users/login').then((m) => m.Login) },
  { path: '', pathMatch: 'full', redirectTo: goHome },
  {
    path: 'wallboard',
    title: 'shell.tabs.wallboard',
    canActivate: [requireSession, requirePermission('wallboard.read')],
    loadChildren: () => import('./wallboard/wallboard.routes').then((m) => m.WALLBOARD_ROUTES),
  },
  {
    path: '',
    canActivate: [requireSession],
    loadComponent: () => import('./shell/shell').then((m) => m.Shell),
    children: [
      { path: 'today', title: 'shell.tabs.today', loadChildren: () => import('./cases/case.routes').then((m) => m.CASE_ROUTES) },
      {
        path: 'recordings',
        title: 'shell.tabs.recordings',
        loadChildren: () => import('./recordings/recordings.routes').then((m) => m.RECORDINGS_ROUTES),
      },
      { path: 'desk', title: 'shell.tabs.desk', loadChildren: () => import('./calls/desk.routes').then((m) => m.DESK_ROUTES) },
    ],
  },
  { path: '**', redirectTo: '' },
];
