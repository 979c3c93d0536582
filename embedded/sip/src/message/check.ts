import { parseCSeq } from './cseq.ts';
import { parseNameAddr, parseNameAddrs } from './name-addr.ts';
import type { SipMessage, SipRequest } from './sip-message.ts';
import { parseUri, uriScheme } from './uri.ts';
import { parseTopVia } from './via.ts';

/** Why a message is refused, as the status and reason of the answer. */
export interface MessageProblem {
  readonly status: number;
  readonly reason: string;
}

const SINGLE = ['From', 'To', 'Call-ID', 'CSeq', 'Max-Forwards', 'Content-Length', 'Content-Type'];

/** Checks what every layer above relies on (RFC 3261 §8.1.1, §8.2, §16.3). Undefined when all is well. */
export function checkMessage(message: SipMessage): MessageProblem | undefined {
  const { headers } = message;
  for (const name of SINGLE) {
    if (headers.getAll(name).length > 1) return bad(`Repeated ${name}`);
  }
  if (parseTopVia(headers.getAll('Via')) === undefined) return bad('Missing or malformed Via');
  if (parseNameAddr(headers.get('From') ?? '') === undefined) return bad('Missing or malformed From');
  if (parseNameAddr(headers.get('To') ?? '') === undefined) return bad('Missing or malformed To');
  if ((headers.get('Call-ID') ?? '') === '') return bad('Missing Call-ID');
  const cseq = parseCSeq(headers.get('CSeq'));
  if (cseq === undefined) return bad('Missing or malformed CSeq');
  if (!isDigits(headers.get('Content-Length'), 9)) return bad('Malformed Content-Length');
  if (!areAddresses(headers.getAll('Record-Route')) || !areAddresses(headers.getAll('Route'))) return bad('Malformed route');
  if (!isContact(headers.getAll('Contact'))) return bad('Malformed Contact');
  return message.kind === 'request' ? checkRequest(message, cseq.method) : undefined;
}

function checkRequest(request: SipRequest, cseqMethod: string): MessageProblem | undefined {
  if (cseqMethod !== request.method) return bad('CSeq method does not match');
  const maxForwards = request.headers.get('Max-Forwards');
  if (!isDigits(maxForwards, 9) || Number(maxForwards ?? 0) > 255) return bad('Malformed Max-Forwards');
  const scheme = uriScheme(request.uri);
  if (scheme === undefined) return bad('Malformed Request-URI');
  if (scheme !== 'sip' && scheme !== 'sips') return { status: 416, reason: 'Unsupported URI Scheme' };
  return parseUri(request.uri) === undefined ? bad('Malformed Request-URI') : undefined;
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
