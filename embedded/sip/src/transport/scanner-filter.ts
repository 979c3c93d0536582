import { parseNameAddr } from '../message/name-addr.ts';
import type { SipRequest } from '../message/sip-message.ts';

/** Programs that look for open SIP servers and weak passwords, by the beginning of their User-Agent in lower case. */
const SCANNERS = [
  'friendly-scanner',
  'friendly-request',
  'sipvicious',
  'sip-scan',
  'sipcli',
  'sipptk',
  'sivus',
  'sundayddr',
  'iwar',
  'smap',
  'siparmyknife',
  'vaxsipuseragent',
  'vaxipuseragent',
  'pplsip',
  'gulp',
];

/** What tries to break out of a database query behind the server. */
const INJECTION = /' *(?:(?:or|and) *['"(\d]|union |--)|union +select|; *drop +table/i;

/** Whether a request comes from a scanner or is plainly hostile; such a request is best left without any answer. */
export function isFromScanner(request: SipRequest): boolean {
  const agent = request.headers.get('User-Agent')?.toLowerCase() ?? '';
  if (agent !== '' && SCANNERS.some((name) => agent.startsWith(name))) return true;
  const addresses = [request.headers.get('From'), request.headers.get('To')].map((value) => parseNameAddr(value ?? ''));
  if (addresses.some((address) => address?.displayName.toLowerCase().includes('sipvicious'))) return true;
  return [request.uri, ...addresses.map((address) => address?.uri ?? '')].some((uri) => INJECTION.test(unescaped(uri)));
}

/** With quotes and spaces as the database behind a careless server would get them. */
function unescaped(uri: string): string {
  return uri.replaceAll('%27', "'").replaceAll('%20', ' ');
}
