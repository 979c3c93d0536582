import { Buffer } from 'node:buffer';
import { parseCSeq } from './cseq.ts';
import type { CSeq } from './cseq.ts';
import type { HeaderList } from './header-list.ts';
import { tagOf } from './name-addr.ts';

/** A request. Its headers were checked by the parser or made by us. */
export interface SipRequest {
  readonly kind: 'request';
  readonly method: string;
  readonly uri: string;
  readonly headers: HeaderList;
  readonly body: Buffer;
}

/** A response. */
export interface SipResponse {
  readonly kind: 'response';
  readonly status: number;
  readonly reason: string;
  readonly headers: HeaderList;
  readonly body: Buffer;
}

export type SipMessage = SipRequest | SipResponse;

/** What dialogs and transactions are found by. */
export interface MessageIdentity {
  readonly callId: string;
  readonly fromTag: string | undefined;
  readonly toTag: string | undefined;
  readonly cseq: CSeq;
}

/** Reads the identity of a message that passed the parser's check. */
export function identityOf(message: SipMessage): MessageIdentity {
  const { headers } = message;
  return {
    callId: headers.get('Call-ID') ?? '',
    fromTag: tagOf(headers.get('From')),
    toTag: tagOf(headers.get('To')),
    cseq: parseCSeq(headers.get('CSeq')) ?? { number: 0, method: '' },
  };
}

/** Writes a message as bytes; Content-Length is always that of the body. */
export function serialize(message: SipMessage): Buffer {
  const start =
    message.kind === 'request' ? `${message.method} ${message.uri} SIP/2.0` : `SIP/2.0 ${message.status} ${message.reason}`;
  let head = `${start}\r\n`;
  for (const { name, value } of message.headers.entries()) {
    if (name !== 'Content-Length') head += `${name}: ${value}\r\n`;
  }
  head += `Content-Length: ${message.body.length}\r\n\r\n`;
  // Out of the pool of small buffers: a response that is kept for its repetitions would keep 8 kB of others' bytes with it.
  const headLength = Buffer.byteLength(head);
  const bytes = Buffer.allocUnsafeSlow(headLength + message.body.length);
  bytes.write(head);
  message.body.copy(bytes, headLength);
  return bytes;
}
