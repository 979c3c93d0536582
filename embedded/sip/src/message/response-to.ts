import { Buffer } from 'node:buffer';
import { HeaderList } from './header-list.ts';
import { tagOf, withTag } from './name-addr.ts';
import { reasonPhrase } from './reason-phrase.ts';
import type { SipRequest, SipResponse } from './sip-message.ts';

/**
 * A response with the headers copied from its request (RFC 3261 §8.2.6); `toTag` is added when the request had none. What a broken request
 * lacks, its response lacks too.
 */
export function responseTo(request: SipRequest, status: number, reason = reasonPhrase(status), toTag?: string): SipResponse {
  const headers = new HeaderList();
  for (const via of request.headers.getAll('Via')) headers.add('Via', via);
  const copy = (name: string, value = request.headers.get(name)): void => {
    if (value !== undefined) headers.add(name, value);
  };
  copy('From');
  const to = request.headers.get('To');
  copy('To', to !== undefined && toTag !== undefined && tagOf(to) === undefined ? withTag(to, toTag) : to);
  copy('Call-ID');
  copy('CSeq');
  return { kind: 'response', status, reason, headers, body: Buffer.alloc(0) };
}
