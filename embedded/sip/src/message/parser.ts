import { Buffer } from 'node:buffer';
import { checkMessage } from './check.ts';
import { HeaderList } from './header-list.ts';
import type { SipMessage, SipRequest } from './sip-message.ts';

/** What one message may cost; beyond it the message is refused. */
export const LIMITS = { messageBytes: 65_536, headerCount: 200, lineLength: 8_192 } as const;

/** A parsed message, or why it is refused; `request` is there when a request can still be answered with `status`. */
export type ParseOutcome =
  | { readonly ok: true; readonly message: SipMessage }
  | { readonly ok: false; readonly status: number; readonly reason: string; readonly request?: SipRequest };

/** What the head of a message says before its body and meaning are looked at. */
export interface MessageHead {
  readonly start: string;
  readonly headers: HeaderList;
}

const TOKEN = /^[A-Za-z0-9\-.!%*_+`'~]+$/;
const VERSION = /^SIP\/\d{1,3}\.\d{1,3}$/i;
/** The reason is what follows: it may be empty, and hold anything (RFC 4475 §3.1.1.12). */
const STATUS_LINE = /^SIP\/(\d{1,3}\.\d{1,3})[ \t]+(\d{3})(?:[ \t]|$)/i;
const NO_BODY = Buffer.alloc(0);

/** Where the body begins and how long the blank line is; undefined while the head is incomplete. */
export function findHeadEnd(bytes: Buffer, from = 0): { headLength: number; bodyStart: number } | undefined {
  const crlf = bytes.indexOf('\r\n\r\n', from);
  const lf = bytes.indexOf('\n\n', from);
  if (crlf >= 0 && (lf < 0 || crlf < lf)) return { headLength: crlf, bodyStart: crlf + 4 };
  if (lf >= 0) return { headLength: lf, bodyStart: lf + 2 };
  return undefined;
}

/** Parses a whole datagram or frame (RFC 3261 §7, §18.3). Never throws. */
export function parseMessage(received: Buffer): ParseOutcome {
  if (received.length > LIMITS.messageBytes) return refuse(513, 'Message Too Large');
  const bytes = withoutBlankLines(received);
  const end = findHeadEnd(bytes);
  const head = readHead(bytes.toString('utf8', 0, end?.headLength ?? bytes.length));
  if (typeof head === 'string') return refuse(400, head);
  const body = end === undefined ? NO_BODY : bytes.subarray(end.bodyStart);
  const message = readStart(head, body);
  if (message === undefined) return refuse(400, 'Malformed start line');
  if (end === undefined) return refuse(400, 'Headers not terminated', message);
  if (message.kind === 'request' && hasForeignVersion(head.start)) return refuse(505, 'Version Not Supported', message);
  const problem = checkMessage(message);
  if (problem !== undefined) return refuse(problem.status, problem.reason, message);
  return cutBody(message);
}

/** RFC 3261 §7.5: blank lines before the start line are ignored. */
function withoutBlankLines(bytes: Buffer): Buffer {
  let start = 0;
  while (bytes[start] === 13 || bytes[start] === 10) start++;
  return start === 0 ? bytes : bytes.subarray(start);
}

/** Reads a message without checking what it means, as applications write them: the body is all that follows the head. */
export function readLoosely(bytes: Buffer): SipMessage | undefined {
  const end = findHeadEnd(bytes);
  const text = bytes.toString('utf8', 0, end?.headLength ?? bytes.length);
  const head = readHead(text.trimEnd());
  if (typeof head === 'string') return undefined;
  return readStart(head, end === undefined ? NO_BODY : ownBytes(bytes.subarray(end.bodyStart)));
}

/** Splits a head into start line and headers, unfolding continuation lines (RFC 3261 §7.3.1); a text says what is wrong. */
export function readHead(text: string): MessageHead | string {
  const headers = new HeaderList();
  let start: string | undefined;
  let field: string | undefined;
  let count = 0;
  for (let at = 0; at <= text.length;) {
    const newline = text.indexOf('\n', at);
    const end = newline < 0 ? text.length : newline;
    const line = text.slice(at, text[end - 1] === '\r' && end > at ? end - 1 : end);
    at = end + 1;
    if (line.length > LIMITS.lineLength) return 'Line too long';
    // A lone CR is read as a line's end by some and not by others: what one checks is not what the other uses.
    if (line.includes('\r')) return 'Stray carriage return';
    if (start === undefined) {
      start = line;
    } else if (isSpace(line.charCodeAt(0))) {
      if (field === undefined) return 'Continuation without a header';
      field = `${field} ${trimSpace(line)}`;
      if (field.length > LIMITS.lineLength) return 'Line too long';
    } else {
      if (field !== undefined && !addField(headers, field)) return 'Malformed header line';
      field = line;
      if (++count > LIMITS.headerCount) return 'Too many headers';
    }
  }
  if (field !== undefined && !addField(headers, field)) return 'Malformed header line';
  return { start: start ?? '', headers };
}

function addField(headers: HeaderList, line: string): boolean {
  const colon = line.indexOf(':');
  if (colon < 0) return false;
  const name = trimSpace(line.slice(0, colon));
  if (!TOKEN.test(name)) return false;
  headers.add(name, trimSpace(line.slice(colon + 1)));
  return true;
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** Without the spaces and tabs at its ends; all else, also what Unicode calls a space, belongs to the value. */
function trimSpace(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && isSpace(text.charCodeAt(from))) from++;
  while (to > from && isSpace(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}

function readStart(head: MessageHead, body: Buffer): SipMessage | undefined {
  const { start, headers } = head;
  const statusLine = STATUS_LINE.exec(start);
  if (statusLine !== null) {
    const status = Number(statusLine[2]);
    if (statusLine[1] !== '2.0' || status < 100 || status > 699) return undefined;
    return { kind: 'response', status, reason: start.slice(statusLine[0].length), headers, body };
  }
  const [method, uri, version, ...more] = start.split(' ');
  const isRequest = method !== undefined && TOKEN.test(method) && uri !== undefined && version !== undefined && more.length === 0;
  if (!isRequest || !VERSION.test(version)) return brokenRequest(start, headers, body);
  return { kind: 'request', method, uri, headers, body };
}

/** A request whose line is broken but whose method can be read gets an answer: its URI is left empty, which no check lets pass. */
function brokenRequest(start: string, headers: HeaderList, body: Buffer): SipRequest | undefined {
  const words = start.split(/[ \t]+/).filter((word) => word !== '');
  const [method = ''] = words;
  const isRequest = /^[A-Z]{3,20}$/.test(method) && words.length > 1 && VERSION.test(words.at(-1) ?? '');
  return isRequest ? { kind: 'request', method, uri: '', headers, body } : undefined;
}

function hasForeignVersion(requestLine: string): boolean {
  const version = requestLine.trimEnd().split(' ').at(-1) ?? '';
  return VERSION.test(version) && version.toUpperCase() !== 'SIP/2.0';
}

/** RFC 3261 §18.3: bytes after the body are dropped; a body shorter than announced is an error. */
function cutBody(message: SipMessage): ParseOutcome {
  const announced = message.headers.get('Content-Length');
  const length = announced === undefined ? message.body.length : Number(announced);
  if (length > message.body.length) return refuse(400, 'Body shorter than Content-Length', message);
  return { ok: true, message: { ...message, body: ownBytes(message.body.subarray(0, length)) } };
}

/** A copy that does not keep the whole packet, or the buffer of a whole connection, in memory for as long as the body lives. */
function ownBytes(bytes: Buffer): Buffer {
  if (bytes.length === 0) return NO_BODY;
  const own = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(own);
  return own;
}

function refuse(status: number, reason: string, message?: SipMessage): ParseOutcome {
  return message?.kind === 'request' ? { ok: false, status, reason, request: message } : { ok: false, status, reason };
}
