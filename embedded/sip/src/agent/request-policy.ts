import { optionTags } from '../dialog/option-tags.ts';
import { isTooShort } from '../dialog/session-interval.ts';
import { recordRoutes } from '../dialog/dialog.ts';
import type { SipRequest } from '../message/sip-message.ts';

const KNOWN_METHODS = [
  'INVITE',
  'ACK',
  'CANCEL',
  'BYE',
  'PRACK',
  'REGISTER',
  'OPTIONS',
  'INFO',
  'MESSAGE',
  'NOTIFY',
  'PUBLISH',
  'REFER',
  'UPDATE',
];
const DIALOG_ONLY_METHODS = ['BYE', 'UPDATE', 'PRACK'];
const SUPPORTED_EXTENSIONS = ['100rel', 'timer'];

/** Why a request is refused, and the headers the refusal carries. */
export interface Refusal {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
}

/** A refusal with the headers its status asks for. */
export function refusal(status: number, ...headers: (readonly [string, string])[]): Refusal {
  if (status === 405 || status === 501) return { status, headers: [['Allow', KNOWN_METHODS.join(', ')]] };
  // RFC 3261 §14.2, RFC 3311 §5.2: come again a little later.
  return { status, headers: status === 500 && headers.length === 0 ? [['Retry-After', '1']] : headers };
}

/** What RFC 3261 §8.2 and RFC 4028 §9 have to say against a request outside dialogs. */
export function refusalOutside(request: SipRequest, minSessionS: number): Refusal | undefined {
  const { method, headers } = request;
  if (DIALOG_ONLY_METHODS.includes(method)) return refusal(481);
  const extensions = refusalOfExtensions(request);
  if (extensions !== undefined || method !== 'INVITE') return extensions;
  // RFC 3261 §8.1.1.8: without a Contact nothing can follow.
  if (!headers.has('Contact') && recordRoutes(request)[0] === undefined) return refusal(400);
  // The application may send a call on; RFC 7332 §4: one that came round without end stops here.
  if (Number(headers.get('Max-Forwards') ?? 70) === 0) return refusal(483);
  return refusalOfSession(request, minSessionS);
}

/** RFC 3261 §8.2.2.3: what the peer insists on and we do not do. */
export function refusalOfExtensions(request: SipRequest): Refusal | undefined {
  const unknown = optionTags(request.headers, 'Require').filter((tag) => !SUPPORTED_EXTENSIONS.includes(tag.toLowerCase()));
  return unknown.length === 0 ? undefined : refusal(420, ['Unsupported', unknown.join(', ')]);
}

/** RFC 4028 §6, §9: a session interval too short. */
export function refusalOfSession(request: SipRequest, minSessionS: number): Refusal | undefined {
  return isTooShort(request, minSessionS) ? refusal(422, ['Min-SE', String(minSessionS)]) : undefined;
}

/** Where no application asked for the method. SUBSCRIBE is known but never leads to a subscription here. */
export function refusalWithoutRoute(method: string): Refusal {
  if (method === 'SUBSCRIBE') return refusal(405);
  return refusal(KNOWN_METHODS.includes(method) ? 503 : 501);
}
