import { Buffer } from 'node:buffer';

/** A message of RFC 4475 as it stands in the RFC: lines of the head, then the body. The bytes of its strings are those of UTF-8. */
export interface TortureMessage {
  /** The name of its file in the RFC's appendix. */
  readonly name: string;
  readonly head: readonly string[];
  readonly body?: string | Buffer;
}

/** The bytes that come over the network. */
export function bytesOf({ head, body = '' }: TortureMessage): Buffer {
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), Buffer.from(body)]);
}

/** The session most of the messages offer; only the address, and once the time, differ. 150 bytes with two addresses of nine characters. */
export function session(address: string, { connection = address, time = '0' } = {}): string {
  const lines = [
    'v=0',
    `o=mhandley 29739 7272939 IN IP4 ${address}`,
    's=-',
    `c=IN IP4 ${connection}`,
    `t=${time} 0`,
    'm=audio 49217 RTP/AVP 0 12',
    'm=video 3227 RTP/AVP 31',
    'a=rtpmap:31 LPC',
    '',
  ];
  return lines.join('\r\n');
}
