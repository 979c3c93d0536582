import type { Routes } from '@angular/router';
import { provideTranslocoScope } from '@jsverse/transloco';
import { Wallboard } from './wallboard';

export const WALLBOARD_ROUTES: Routes = [{ path: '', component: Wallboard, providers: [provideTranslocoScope('wallboard')] }];
