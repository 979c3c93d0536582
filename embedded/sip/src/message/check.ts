import { parseCSeq } from './cseq.ts';
import { parseNameAddr, parseNameAddrs } from './name-addr.ts';
import { splitOutsideQuotes } from './quoting.ts';
import type { SipMessage, SipRequest } from './sip-message.ts';
import { parseUri, uriScheme } from './uri.ts';
import { parseTopVia } from './via.ts';

/** Why a message is refused, as the status and reason of the answer. */
export interface MessageProblem {
  readonly status: number;
  readonly reason: string;
}

const SINGLE = ['From', 'To', 'Call-ID', 'CSeq', 'Max-Forwards', 'Content-Length', 'Content-Type'];

/**
 * RFC 3261 §25.1 is stricter; but space, bar and what is not ASCII would read as something else on the control connection, whose fields the
 * Call-ID and the tags become.
 */
const IDENTIFIER = /^[!-{}~]+$/;

/** Checks what every layer above relies on (RFC 3261 §8.1.1, §8.2, §16.3). Undefined when all is well. */
export function checkMessage(message: SipMessage): MessageProblem | undefined {
  const { headers } = message;
  for (const name of SINGLE) {
    if (headers.getAll(name).length > 1) return bad(`Repeated ${name}`);
  }
  const vias = headers.getAll('Via');
  const via = parseTopVia(vias);
  if (via === undefined || via.version !== undefined) return bad('Missing or malformed Via');
  if (!isParty(headers.get('From'))) return bad('Missing or malformed From');
  if (!isParty(headers.get('To'))) return bad('Missing or malformed To');
  if (!IDENTIFIER.test(headers.get('Call-ID') ?? '')) return bad('Missing or malformed Call-ID');
  const cseq = parseCSeq(headers.get('CSeq'));
  if (cseq === undefined) return bad('Missing or malformed CSeq');
  if (!isDigits(headers.get('Content-Length'), 9)) return bad('Malformed Content-Length');
  if (!areAddresses(headers.getAll('Record-Route')) || !areAddresses(headers.getAll('Route'))) return bad('Malformed route');
  if (!isContact(headers.getAll('Contact'))) return bad('Malformed Contact');
  if (message.kind === 'request') return checkRequest(message, cseq.method);
  // RFC 3261 §8.1.3.3: a response that was meant for somebody behind us, or was led astray.
  return vias.length > 1 || (splitOutsideQuotes(vias[0] ?? '', ',')?.length ?? 0) > 1 ? bad('More than one Via') : undefined;
}

function checkRequest(request: SipRequest, cseqMethod: string): MessageProblem | undefined {
  if (cseqMethod !== request.method) return bad('CSeq method does not match');
  const maxForwards = request.headers.get('Max-Forwards');
  if (!isDigits(maxForwards, 9) || Number(maxForwards ?? 0) > 255) return bad('Malformed Max-Forwards');
  const scheme = uriScheme(request.uri);
  if (scheme === undefined) return bad('Malformed Request-URI');
  if (scheme !== 'sip' && scheme !== 'sips') return { status: 416, reason: 'Unsupported URI Scheme' };
  const uri = parseUri(request.uri);
  // RFC 3261 §19.1.5 and table 1: headers have no place in a Request-URI.
  if (uri === undefined || uri.headers !== undefined) return bad('Malformed Request-URI');
  return request.method === 'REGISTER' ? checkAddressOfRecord(request) : undefined;
}

/** RFC 3261 §10.2: only SIP and SIPS URIs can be registered for. */
function checkAddressOfRecord(request: SipRequest): MessageProblem | undefined {
  const scheme = uriScheme(parseNameAddr(request.headers.get('To') ?? '')?.uri ?? '');
  return scheme === 'sip' || scheme === 'sips' ? undefined : bad('Not a SIP address of record');
}

function isParty(value: string | undefined): boolean {
  const party = parseNameAddr(value ?? '');
  return party !== undefined && IDENTIFIER.test(party.params.get('tag') ?? 'none');
}

function isContact(lines: readonly string[]): boolean {
  return (lines.length === 1 && lines[0]?.trim() === '*') || areAddresses(lines);
}

function areAddresses(lines: readonly string[]): boolean {
  return parseNameAddrs(lines) !== undefined;
}

function isDigits(value: string | undefined, maxDigits: number): boolean {
  return value === undefined || (value.length <= maxDigits && /^\d+$/.test(value));
}

function bad(reason: string): MessageProblem {
  return { status: 400, reason };
}
