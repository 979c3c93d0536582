import type { Buffer } from 'node:buffer';
import { readLoosely } from '../message/parser.ts';
import type { SipMessage } from '../message/sip-message.ts';

/** What an application asks for. */
export type Command =
  | { readonly kind: 'authenticate'; readonly secret: string; readonly tags: string }
  | { readonly kind: 'route'; readonly verb: string }
  | { readonly kind: 'remove-route'; readonly verb: string }
  | { readonly kind: 'ping' }
  | {
      readonly kind: 'sip';
      readonly txnId: string;
      readonly dialogId: string;
      readonly route: string;
      readonly message: SipMessage | undefined;
    }
  | { readonly kind: 'proxy' }
  | { readonly kind: 'unknown'; readonly type: string };

/** Reads one payload; undefined when it has no message id. The field line ends at the first CR; the SIP message follows the CRLF. */
export function readCommand(payload: Buffer): { readonly id: string; readonly command: Command } | undefined {
  const lineEnd = payload.indexOf('\r');
  const fields = payload.toString('utf8', 0, lineEnd < 0 ? payload.length : lineEnd).split('|');
  const [id = '', type = '', ...rest] = fields;
  if (id === '') return undefined;
  return { id, command: commandOf(type, rest, lineEnd < 0 ? undefined : payload.subarray(lineEnd + 2)) };
}

function commandOf(type: string, rest: readonly string[], message: Buffer | undefined): Command {
  const [first = '', second = '', third = ''] = rest;
  switch (type) {
    case 'authenticate':
      return { kind: 'authenticate', secret: first, tags: second };
    case 'route':
      return { kind: 'route', verb: first };
    case 'remove_route':
      return { kind: 'remove-route', verb: first };
    case 'ping':
      return { kind: 'ping' };
    case 'sip':
      return { kind: 'sip', txnId: first, dialogId: second, route: third, message: message && readLoosely(message) };
    case 'proxy':
      return { kind: 'proxy' };
    default:
      return { kind: 'unknown', type };
  }
}
