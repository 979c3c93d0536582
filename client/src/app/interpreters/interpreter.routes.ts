import type { Routes } from '@angular/router';
import { provideTranslocoScope } from '@jsverse/transloco';
import { requirePermission } from '../platform/guards';
import { InterpreterDesk } from './interpreter-desk';

export const INTERPRETER_ROUTES: Routes = [
  {
    path: '',
    component: InterpreterDesk,
    canActivate: [requirePermission('calls.join')],
    providers: [provideTranslocoScope('live')],
  },
];
