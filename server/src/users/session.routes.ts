import { LogIn, PhoneCredential, SessionView, SiteView } from '#contracts/users.contract';
import { personOf } from '../access/actor.ts';
import { appRoute, type AppRoute } from '../access/declarations.ts';
import { writeCookie } from '../platform/http/cookies.ts';
import type { PhoneCredentials } from './phone-credentials.ts';
import type { SessionService } from './session.service.ts';
import { SESSION_LIFE_MS } from './session.store.ts';

export const SESSION_COOKIE = 'kk_session';

/** Log-in, log-out, and the browser phone's credential. */
export function sessionRoutes(sessions: SessionService, credentials: PhoneCredentials, options: { isTls: boolean }): AppRoute[] {
  const cookie = (token: string, maxAgeSeconds: number): string =>
    writeCookie(SESSION_COOKIE, token, { maxAgeSeconds, isSecure: options.isTls });
  return [
    appRoute({
      method: 'GET',
      path: '/api/site',
      permission: 'public',
      action: 'site.read',
      reply: SiteView,
      run: () => Promise.resolve(sessions.site()),
    }),
    appRoute({
      method: 'POST',
      path: '/api/session',
      permission: 'public',
      action: 'session.log-in',
      body: LogIn,
      reply: SessionView,
      run: async ({ body, actor, exchange }) => {
        const { token, view } = await sessions.logIn(body, actor, exchange.nameSubject);
        exchange.setCookie(cookie(token, SESSION_LIFE_MS / 1000));
        return view;
      },
    }),
    appRoute({
      method: 'GET',
      path: '/api/session',
      permission: 'session.read',
      action: 'session.read',
      reply: SessionView,
      run: ({ actor }) => Promise.resolve(sessions.view(personOf(actor))),
    }),
    appRoute({
      method: 'DELETE',
      path: '/api/session',
      permission: 'session.end',
      action: 'session.log-out',
      reply: 'empty',
      run: async ({ actor, exchange }) => {
        await sessions.logOut(personOf(actor));
        exchange.setCookie(cookie('', 0));
      },
    }),
    appRoute({
      method: 'POST',
      path: '/api/phone/credential',
      permission: 'phone.register',
      action: 'phone.issue-credential',
      reply: PhoneCredential,
      run: async ({ actor }) => credentials.issue(personOf(actor)),
    }),
  ];
}
