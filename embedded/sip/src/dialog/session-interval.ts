import type { HeaderList } from '../message/header-list.ts';
import type { SipRequest, SipResponse } from '../message/sip-message.ts';
import { addOptionTag, isSupported } from './option-tags.ts';

/** What a 2xx settled about the session timer (RFC 4028 §4). */
export interface AgreedSession {
  readonly seconds: number;
  readonly weRefresh: boolean;
}

interface Offer {
  readonly seconds: number;
  readonly refresher: 'uac' | 'uas' | undefined;
}

/**
 * Settles the session timer in our 2xx to an INVITE or UPDATE; `own` are the headers of the 2xx (RFC 4028 §9, table 2).
 * A timer that runs already goes on when the request says nothing of it.
 */
export function agreeAsServer(request: SipRequest, own: HeaderList, running?: AgreedSession): AgreedSession | undefined {
  const offered = readOffer(request.headers);
  const kept: Offer | undefined = running && { seconds: running.seconds, refresher: running.weRefresh ? 'uas' : 'uac' };
  const wanted = readOffer(own) ?? offered ?? kept;
  if (wanted === undefined) return undefined;
  // The interval may be shortened, never lengthened; a refresher the peer named stays; one that cannot refresh is never asked to.
  const seconds = Math.min(wanted.seconds, offered?.seconds ?? wanted.seconds);
  const isPeerAble = isSupported(request.headers, 'timer');
  const weRefresh = !isPeerAble || (offered?.refresher ?? wanted.refresher ?? 'uac') === 'uas';
  own.set('Session-Expires', `${seconds};refresher=${weRefresh ? 'uas' : 'uac'}`);
  if (!weRefresh) addOptionTag(own, 'Require', 'timer');
  return { seconds, weRefresh };
}

/** Reads what the peer's 2xx settled; undefined when the session runs without a timer (RFC 4028 §7.2). */
export function agreeAsClient(response: SipResponse): AgreedSession | undefined {
  const offer = readOffer(response.headers);
  return offer === undefined ? undefined : { seconds: offer.seconds, weRefresh: offer.refresher !== 'uas' };
}

/** Whether the interval is too short for us and the peer able to ask again with a longer one (RFC 4028 §9: else it has to be taken). */
export function isTooShort(request: SipRequest, minSeconds: number): boolean {
  const offer = readOffer(request.headers);
  return offer !== undefined && offer.seconds < minSeconds && isSupported(request.headers, 'timer');
}

/** The interval a 422 asks for, in seconds. */
export function minSessionOf(response: SipResponse): number | undefined {
  const digits = /^\s*(\d{1,9})\s*(?:;|$)/.exec(response.headers.get('Min-SE') ?? '')?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function readOffer(headers: HeaderList): Offer | undefined {
  const match = /^\s*(\d{1,9})\s*(?:;(.*))?$/.exec(headers.get('Session-Expires') ?? '');
  if (match === null) return undefined;
  const refresher = /(?:^|;)\s*refresher\s*=\s*(uac|uas)\b/i.exec(match[2] ?? '')?.[1]?.toLowerCase();
  return {
    seconds: Math.max(1, Number(match[1])),
    refresher: refresher === 'uac' || refresher === 'uas' ? refresher : undefined,
  };
}
