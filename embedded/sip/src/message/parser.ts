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
const STATUS_LINE = /^SIP\/(\d{1,3}\.\d{1,3})[ \t]+(\d{3})(?:[ \t](.*))?$/i;

/** Where the body begins and how long the blank line is; undefined while the head is incomplete. */
export function findHeadEnd(bytes: Buffer, from = 0): { headLength: number; bodyStart: number } | undefined {
  const crlf = bytes.indexOf('\r\n\r\n', from);
  const lf = bytes.indexOf('\n\n', from);
  if (crlf >= 0 && (lf < 0 || crlf < lf)) return { headLength: crlf, bodyStart: crlf + 4 };
  if (lf >= 0) return { headLength: lf, bodyStart: lf + 2 };
  return undefined;
}

/** Parses a whole datagram or frame (RFC 3261 §7, §18.3). Never throws. */
export function parseMessage(bytes: Buffer): ParseOutcome {
  if (bytes.length > LIMITS.messageBytes) return refuse(513, 'Message Too Large');
  const end = findHeadEnd(bytes);
  const head = readHead(bytes.toString('utf8', 0, end?.headLength ?? bytes.length));
  if (typeof head === 'string') return refuse(400, head);
  const body = end === undefined ? Buffer.alloc(0) : bytes.subarray(end.bodyStart);
  const message = readStart(head, body);
  if (message === undefined) return refuse(400, 'Malformed start line');
  if (end === undefined) return refuse(400, 'Headers not terminated', message);
  if (message.kind === 'request' && hasForeignVersion(head.start)) return refuse(505, 'Version Not Supported', message);
  const problem = checkMessage(message);
  if (problem !== undefined) return refuse(problem.status, problem.reason, message);
  return cutBody(message);
}

/** Reads a message without checking what it means, as applications write them: the body is all that follows the head. */
export function readLoosely(bytes: Buffer): SipMessage | undefined {
  const end = findHeadEnd(bytes);
  const text = bytes.toString('utf8', 0, end?.headLength ?? bytes.length);
  const head = readHead(text.trimEnd());
  if (typeof head === 'string') return undefined;
  return readStart(head, end === undefined ? Buffer.alloc(0) : bytes.subarray(end.bodyStart));
}

/** Splits a head into start line and headers, unfolding continuation lines (RFC 3261 §7.3.1); a text says what is wrong. */
export function readHead(text: string): MessageHead | string {
  const lines = text.split(/\r?\n/);
  const start = lines.shift() ?? '';
  if (start.length > LIMITS.lineLength) return 'Line too long';
  const headers = new HeaderList();
  const unfolded: string[] = [];
  for (const line of lines) {
    if (line.length > LIMITS.lineLength) return 'Line too long';
    const isContinuation = line.startsWith(' ') || line.startsWith('\t');
    if (!isContinuation) unfolded.push(line);
    else if (unfolded.length === 0) return 'Continuation without a header';
    else unfolded[unfolded.length - 1] = `${unfolded[unfolded.length - 1]} ${line.trim()}`;
    if ((unfolded[unfolded.length - 1]?.length ?? 0) > LIMITS.lineLength) return 'Line too long';
  }
  if (unfolded.length > LIMITS.headerCount) return 'Too many headers';
  for (const line of unfolded) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0)).trim();
    if (!TOKEN.test(name)) return 'Malformed header line';
    headers.add(name, line.slice(colon + 1).trim());
  }
  return { start, headers };
}

function readStart(head: MessageHead, body: Buffer): SipMessage | undefined {
  const { start, headers } = head;
  const statusLine = STATUS_LINE.exec(start);
  if (statusLine !== null) {
    const status = Number(statusLine[2]);
    if (statusLine[1] !== '2.0' || status < 100 || status > 699) return undefined;
    return { kind: 'response', status, reason: statusLine[3] ?? '', headers, body };
  }
  const [method, uri, version, ...more] = start.split(' ');
  const isRequest = method !== undefined && TOKEN.test(method) && uri !== undefined && version !== undefined && more.length === 0;
  if (!isRequest || !/^SIP\/\d{1,3}\.\d{1,3}$/i.test(version)) return brokenRequest(start, headers, body);
  return { kind: 'request', method, uri, headers, body };
}

function hasForeignVersion(requestLine: string): boolean {
  return /SIP\/\d{1,3}\.\d{1,3}$/i.test(requestLine) && !/SIP\/2\.0$/i.test(requestLine);
}

/** A request whose line is broken but whose method can be read gets an answer: its URI is left empty, which no check lets pass. */
function brokenRequest(start: string, headers: HeaderList, body: Buffer): SipRequest | undefined {
  const method = /^([A-Z]{3,20})[ \t].*SIP\/\d{1,3}\.\d{1,3}[ \t]*$/.exec(start)?.[1];
  return method === undefined ? undefined : { kind: 'request', method, uri: '', headers, body };
}

/** RFC 3261 §18.3: bytes after the body are dropped; a body shorter than announced is an error. */
function cutBody(message: SipMessage): ParseOutcome {
  const announced = message.headers.get('Content-Length');
  if (announced === undefined) return { ok: true, message };
  const length = Number(announced);
  if (length > message.body.length) return refuse(400, 'Body shorter than Content-Length', message);
  return { ok: true, message: { ...message, body: message.body.subarray(0, length) } };
}

function refuse(status: number, reason: string, message?: SipMessage): ParseOutcome {
  return message?.kind === 'request' ? { ok: false, status, reason, request: message } : { ok: false, status, reason };
}
