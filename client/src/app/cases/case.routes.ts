import type { Routes } from '@angular/router';
import { provideTranslocoScope } from '@jsverse/transloco';
import { requirePermission } from '../platform/guards';
import { Today } from './today';

export const CASE_ROUTES: Routes = [
  {
    path: '',
    component: Today,
    canActivate: [requirePermission('cases.list')],
    providers: [provideTranslocoScope('cases', 'calls')],
  },
];
