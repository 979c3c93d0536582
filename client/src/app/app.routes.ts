import { inject } from '@angular/core';
import type { RedirectFunction, Routes } from '@angular/router';
import { requirePermission, requireSession } from './platform/guards';
import { Session } from './platform/session';

/** Where a person's day starts: the list for those who call, the running calls for supervisors, else what their role is for. */
const goHome: RedirectFunction = async () => {
  const session = inject(Session);
  if (!(await session.load())) return '/login';
  if (session.can('calls.dial')) return '/today';
  if (session.can('calls.supervise')) return '/live-calls';
  return session.can('wallboard.read') ? '/wallboard' : '/interpret';
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
      {
        path: 'live-calls',
        title: 'shell.tabs.live',
        loadChildren: () => import('./live-calls/live-calls.routes').then((m) => m.LIVE_CALLS_ROUTES),
      },
      {
        path: 'interpret',
        title: 'shell.tabs.interpret',
        loadChildren: () => import('./interpreters/interpreter.routes').then((m) => m.INTERPRETER_ROUTES),
      },
      { path: 'desk', title: 'shell.tabs.desk', loadChildren: () => import('./calls/desk.routes').then((m) => m.DESK_ROUTES) },
    ],
  },
  { path: '**', redirectTo: '' },
];
