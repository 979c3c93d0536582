import type { UserId } from '#contracts/ids.contract';
import type { LogIn, SessionView, SiteView } from '#contracts/users.contract';
import type { Actor, Person } from '../access/actor.ts';
import { isPermitted, permissionsOf } from '../access/permission.model.ts';
import { callingWindow, type CallingHours } from '../calendar/calling-hours.model.ts';
import type { Clock } from '../platform/clock.ts';
import { DomainError } from '../platform/errors.ts';
import type { Account, AccountStore } from './account.store.ts';
import type { AgentService } from './agent.service.ts';
import type { LoginThrottle } from './login-throttle.ts';
import { verifyPassword } from './password.ts';
import type { PhoneDropper } from './phone.ports.ts';
import type { PhoneCredentials } from './phone-credentials.ts';
import type { SessionStore } from './session.store.ts';

export interface SiteSettings {
  centre: string;
  isDemo: boolean;
  callingHours: CallingHours;
  version: string;
}

interface Collaborators {
  accounts: AccountStore;
  sessions: SessionStore;
  throttle: LoginThrottle;
  credentials: PhoneCredentials;
  agents: AgentService;
  phones: PhoneDropper;
  /** Tells the session's browsers that it ended. */
  endConnections(sessionKey: string): void;
  /** Whether the person still works in a browser of another session. */
  hasOtherConnections(userId: UserId, sessionKey: string): Promise<boolean>;
  site: SiteSettings;
  clock: Clock;
}

/** Logging in and out, and what a browser may know about itself. */
export class SessionService {
  readonly #with: Collaborators;

  constructor(collaborators: Collaborators) {
    this.#with = collaborators;
  }

  /** Answers the session's token. Throws the same session.wrong-credentials for a wrong number and a wrong password. */
  async logIn(input: LogIn, before: Actor, nameAccount: (id: string) => void): Promise<{ token: string; view: SessionView }> {
    const { accounts, throttle, sessions } = this.#with;
    const account = await throttle.attempt(input.userNumber, before.address, async () => {
      const found = await accounts.findByNumber(input.userNumber);
      if (found !== null) nameAccount(found.id);
      const isRight = await verifyPassword(input.password, found?.passwordHash ?? null);
      return isRight && found?.isBlocked === false ? found : null;
    });
    if (account === null) throw new DomainError('session.wrong-credentials');
    if (before.kind === 'person') await this.#end(before);
    const token = await sessions.start(account.id, before.address);
    return { token, view: this.#view(account) };
  }

  /** Who a session token belongs to, while the session and the account last. */
  async identify(token: string | null, address: string): Promise<Actor> {
    const session = token === null ? null : await this.#with.sessions.use(token);
    if (session === null) return { kind: 'anonymous', address };
    const account = await this.#with.accounts.find(session.userId);
    if (account === null || account.isBlocked) return { kind: 'anonymous', address };
    const { id, number, name, role, seat, locale, categories } = account;
    return { kind: 'person', userId: id, number, name, role, seat, locale, categories, sessionKey: session.key, address };
  }

  /** Whether the session behind a silent connection still lives. A call that goes on keeps it alive. */
  async isAlive(token: string | null): Promise<boolean> {
    const session = token === null ? null : await this.#with.sessions.peek(token);
    if (session === null) return false;
    const { state } = await this.#with.agents.view(session.userId);
    if (state === 'ringing' || state === 'talking' || state === 'wrap-up') await this.#with.sessions.touch(session);
    return true;
  }

  async logOut(person: Person): Promise<void> {
    await this.#end(person);
    if (!isPermitted(person.role, 'phone.register') || (await this.#with.hasOtherConnections(person.userId, person.sessionKey)))
      return;
    await this.#with.agents.leave(person.userId);
  }

  view(person: Person): SessionView {
    return this.#view({ ...person, id: person.userId });
  }

  site(): SiteView {
    const { site, clock } = this.#with;
    const now = clock.now();
    return {
      centre: site.centre,
      serverTime: now.toISOString(),
      demo: site.isDemo,
      calling: callingWindow(site.callingHours, now),
      version: site.version,
    };
  }

  async #end(person: Person): Promise<void> {
    const { sessions, credentials, phones } = this.#with;
    const ended = await sessions.end(person.sessionKey);
    if (ended !== null && ended.phoneUsername !== null) {
      await credentials.revoke(ended.phoneUsername);
      phones.drop(person.userId);
    }
    this.#with.endConnections(person.sessionKey);
  }

  #view(
    account: Omit<Account, 'passwordHash' | 'isBlocked' | 'categories' | 'languages'> & {
      categories: readonly Account['categories'][number][];
    },
  ): SessionView {
    const { id, number, name, role, seat, locale, categories } = account;
    return {
      user: { id, number, name, role, seat, locale, categories: [...categories] },
      permissions: permissionsOf(role),
      serverTime: this.#with.clock.now().toISOString(),
      demo: this.#with.site.isDemo,
      centre: this.#with.site.centre,
    };
  }
}
