import type { Routes } from '@angular/router';
import { provideTranslocoScope } from '@jsverse/transloco';
import { requirePermission } from '../platform/guards';
import { Capacity } from './capacity';
import { Recordings } from './recordings';

export const RECORDINGS_ROUTES: Routes = [
  {
    path: '',
    canActivate: [requirePermission('recordings.list')],
    providers: [provideTranslocoScope('recordings')],
    children: [
      { path: '', component: Recordings },
      { path: 'capacity', title: 'recordings.capacity.title', component: Capacity },
    ],
  },
];
