import type { Routes } from '@angular/router';
import { provideTranslocoScope } from '@jsverse/transloco';
import { requirePermission } from '../platform/guards';
import { Desk } from './desk';

export const DESK_ROUTES: Routes = [
  {
    path: '',
    canActivate: [requirePermission('calls.control')],
    providers: [provideTranslocoScope('calls', 'cases')],
    // One component for both addresses, so that going to the next person keeps the desk standing.
    children: [
      {
        matcher: (segments) =>
          segments.length <= 1 ? { consumed: segments, posParams: segments[0] ? { caseId: segments[0] } : {} } : null,
        component: Desk,
      },
    ],
  },
];
