import type { GatewayNews } from '#contracts/gateway.contract';
import type { CallId, CategoryCode, UserId } from '#contracts/ids.contract';
import type { LiveCallServerEvents } from '#contracts/live-calls.contract';
import type { PartyEnd, PartyId } from '#contracts/parties.contract';
import { SYSTEM_SCOPE } from '../platform/database/scope-guard.ts';
import { describeError } from '../platform/errors.ts';
import type { Logger } from '../platform/logging/logger.ts';
import { guestsOf } from './call-parties.model.ts';
import type { CallQuality } from './call-quality.ts';
import type { Call } from './call.model.ts';
import type { CallStore } from './call.store.ts';
import { leaversOf, showToGuest, showToLeaver, visibleGuests } from './joined-call.model.ts';
import type { SupervisionService } from './supervision.service.ts';

/** Everybody who may watch the calls of a category hears of them in this room. */
export const watchRoom = (category: CategoryCode): string => `watch:${category}`;
const userRoom = (userId: UserId): string => `user:${userId}`;

/** Quality comes for each party of a call every few seconds; one view tells of all of them. */
const GATHER_MS = 1_000;

interface Collaborators {
  calls: Pick<CallStore, 'find'>;
  supervision: Pick<SupervisionService, 'draw'>;
  quality: CallQuality;
  /** To everybody in the room who is in none of `except`. */
  tell: <Name extends keyof LiveCallServerEvents>(
    room: string,
    event: Name,
    news: Parameters<LiveCallServerEvents[Name]>[0],
    except: readonly string[],
  ) => void;
  logger: Logger;
}

/** Tells the screens of guests and of those who watch what becomes of a call. */
export class LiveCallNews {
  readonly #with: Collaborators;
  readonly #heard = new Set<CallId>();
  #timer: NodeJS.Timeout | null = null;

  constructor(collaborators: Collaborators) {
    this.#with = collaborators;
  }

  async show({ before, after, why }: { before: Call | null; after: Call; why: PartyEnd | null }): Promise<void> {
    const { tell, quality } = this.#with;
    for (const { guest, reason } of before === null ? [] : leaversOf(before, after, why))
      tell(userRoom(guest.userId), 'joined-call:changed', showToLeaver(after, guest, reason), []);
    for (const guest of visibleGuests(after)) tell(userRoom(guest.userId), 'joined-call:changed', showToGuest(after, guest), []);
    if (after.phase === 'wrap-up' || after.phase === 'done') quality.forget(after.id);
    await this.#showLive(after);
  }

  /** Somebody asks for something to be said again: a sign on every other screen of the call. */
  showAsked({ call, party }: { call: Call; party: PartyId }): void {
    const asking = call.parties.find(({ id }) => id === party)?.userId ?? null;
    const listeners = [call.agentId, ...visibleGuests(call).map(({ userId }) => userId)];
    for (const userId of new Set(listeners)) {
      if (userId === null || userId === asking) continue;
      this.#with.tell(userRoom(userId), 'call:asked-to-repeat', { callId: call.id, party }, []);
    }
  }

  noteQuality(news: GatewayNews): void {
    this.#with.quality.note(news);
    this.#heard.add(news.callId);
    this.#timer ??= setTimeout(() => void this.#showHeard(), GATHER_MS);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  async #showHeard(): Promise<void> {
    this.#timer = null;
    const ids = [...this.#heard];
    this.#heard.clear();
    try {
      for (const id of ids) {
        const call = await this.#with.calls.find(SYSTEM_SCOPE, id);
        if (call?.phase === 'talking') await this.#showLive(call);
        else this.#with.quality.forget(id);
      }
    } catch (error) {
      this.#with.logger.warn(describeError(error), 'The quality of calls could not be shown.');
    }
  }

  /** Whoever supervises sees themselves in it, also when nobody else does. */
  async #showLive(call: Call): Promise<void> {
    const { supervision, tell } = this.#with;
    const insiders = guestsOf(call).filter(({ role }) => role === 'supervisor');
    const rooms = insiders.map(({ userId }) => userRoom(userId));
    tell(watchRoom(call.categoryCode), 'live-call:changed', await supervision.draw(call, null), rooms);
    for (const insider of insiders)
      tell(userRoom(insider.userId), 'live-call:changed', await supervision.draw(call, insider), []);
  }
}
