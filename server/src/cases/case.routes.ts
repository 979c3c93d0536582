import { z } from 'zod';
import { CaseView, TodayView } from '#contracts/cases.contract';
import { CaseId } from '#contracts/ids.contract';
import { personOf } from '../access/actor.ts';
import { appRoute, type AppRoute } from '../access/declarations.ts';
import type { CaseService } from './case.service.ts';

/** The list of the day and one case. */
export function caseRoutes(cases: CaseService): AppRoute[] {
  return [
    appRoute({
      method: 'GET',
      path: '/api/cases/today',
      permission: 'cases.list',
      action: 'cases.list-today',
      reply: TodayView,
      run: async ({ actor }) => cases.today(personOf(actor)),
    }),
    appRoute({
      method: 'GET',
      path: '/api/cases/:caseId',
      permission: 'cases.read',
      action: 'case.open',
      params: z.object({ caseId: CaseId }),
      reply: CaseView,
      subject: ({ params }) => params.caseId,
      run: async ({ params, actor }) => cases.open(personOf(actor), params.caseId),
    }),
  ];
}
