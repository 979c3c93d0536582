import { createHash, timingSafeEqual } from 'node:crypto';

/** The fields of a Digest Authorization header that we need (RFC 7616 §3.4), unquoted. */
export interface DigestAnswer {
  readonly username: string;
  readonly realm: string;
  readonly nonce: string;
  readonly uri: string;
  readonly response: string;
  readonly cnonce: string;
  /** Nonce count as a number. */
  readonly nonceCount: number;
  /** Nonce count as sent: eight hexadecimal digits. */
  readonly nc: string;
}

const FIELD = /([a-z]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/gi;

/** Reads an Authorization header. Null unless it is Digest with MD5 and qop=auth and complete. */
export function parseDigest(header: string): DigestAnswer | null {
  const scheme = /^\s*Digest\s+/i.exec(header);
  if (scheme === null) return null;
  const fields = new Map<string, string>();
  for (const [, name = '', quoted, plain] of header.slice(scheme[0].length).matchAll(FIELD)) {
    fields.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '');
  }
  const field = (name: string): string => fields.get(name) ?? '';
  const algorithm = fields.get('algorithm') ?? 'MD5';
  const nc = field('nc');
  if (algorithm.toUpperCase() !== 'MD5' || field('qop') !== 'auth' || !/^[0-9a-f]{8}$/i.test(nc)) return null;
  const answer: DigestAnswer = {
    username: field('username'),
    realm: field('realm'),
    nonce: field('nonce'),
    uri: field('uri'),
    response: field('response').toLowerCase(),
    cnonce: field('cnonce'),
    nonceCount: Number.parseInt(nc, 16),
    nc,
  };
  const isComplete = [answer.username, answer.nonce, answer.uri, answer.response, answer.cnonce].every((value) => value !== '');
  return isComplete ? answer : null;
}

/** True when the response was made with this H(A1) for this method (RFC 7616 §3.4.1). Compares in constant time. */
export function isResponseRight(answer: DigestAnswer, method: string, ha1: string): boolean {
  const ha2 = md5(`${method}:${answer.uri}`);
  const expected = md5(`${ha1}:${answer.nonce}:${answer.nc}:${answer.cnonce}:auth:${ha2}`);
  const given = Buffer.from(answer.response);
  const wanted = Buffer.from(expected);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

/** MD5 is what SIP.js speaks; the secret behind it is random and 192 bits long. */
const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
