import { Buffer } from 'node:buffer';
import { HeaderList } from './header-list.ts';
import { tagOf, withTag } from './name-addr.ts';
import { reasonPhrase } from './reason-phrase.ts';
import type { SipRequest, SipResponse } from './sip-message.ts';

/** A response with the headers copied from its request (RFC 3261 §8.2.6); `toTag` is added when the request had none. */
export function responseTo(request: SipRequest, status: number, reason = reasonPhrase(status), toTag?: string): SipResponse {
  const headers = new HeaderList();
  for (const via of request.headers.getAll('Via')) headers.add('Via', via);
  headers.add('From', request.headers.get('From') ?? '');
  const to = request.headers.get('To') ?? '';
  headers.add('To', toTag !== undefined && tagOf(to) === undefined ? withTag(to, toTag) : to);
  headers.add('Call-ID', request.headers.get('Call-ID') ?? '');
  headers.add('CSeq', request.headers.get('CSeq') ?? '');
  return { kind: 'response', status, reason, headers, body: Buffer.alloc(0) };
}
