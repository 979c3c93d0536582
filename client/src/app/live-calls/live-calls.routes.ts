import type { Routes } from '@angular/router';
import { provideTranslocoScope } from '@jsverse/transloco';
import { requirePermission } from '../platform/guards';
import { LiveCalls } from './live-calls';

export const LIVE_CALLS_ROUTES: Routes = [
  {
    path: '',
    component: LiveCalls,
    canActivate: [requirePermission('calls.watch')],
    providers: [provideTranslocoScope('live')],
  },
];
