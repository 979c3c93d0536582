import { formatParams, parseParams } from './quoting.ts';
import type { Params } from './quoting.ts';

/** A SIP or SIPS URI (RFC 3261 §19.1). */
export interface SipUri {
  readonly scheme: 'sip' | 'sips';
  readonly user?: string;
  readonly host: string;
  readonly port?: number;
  readonly params: Params;
  readonly headers?: string;
}

const HOST = /^(?:[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_.])?|\[[0-9A-Fa-f:.]+\])$/;
const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*$/;

/** The scheme of any URI in lower case, or undefined when there is none. */
export function uriScheme(text: string): string | undefined {
  const colon = text.indexOf(':');
  const scheme = text.slice(0, Math.max(colon, 0));
  return SCHEME.test(scheme) ? scheme.toLowerCase() : undefined;
}

/** Parses host and optional port; undefined when either is malformed. Spaces around the colon are allowed as in Via. */
export function parseHostPort(text: string): { host: string; port?: number } | undefined {
  const trimmed = text.trim();
  const colon = trimmed.startsWith('[') ? trimmed.indexOf(':', Math.max(trimmed.indexOf(']'), 0)) : trimmed.indexOf(':');
  const host = (colon < 0 ? trimmed : trimmed.slice(0, colon)).trim();
  if (host.length > 255 || !HOST.test(host)) return undefined;
  if (colon < 0) return { host };
  const digits = trimmed.slice(colon + 1).trim();
  if (!/^\d{1,5}$/.test(digits)) return undefined;
  const port = Number(digits);
  return port > 65_535 ? undefined : { host, port };
}

/** Parses a SIP or SIPS URI; undefined when it is malformed or of another scheme. */
export function parseUri(text: string): SipUri | undefined {
  const scheme = uriScheme(text);
  if (scheme !== 'sip' && scheme !== 'sips') return undefined;
  if (/[\s<>"]/.test(text)) return undefined;
  const rest = text.slice(scheme.length + 1);
  const at = rest.indexOf('@');
  const afterUser = rest.slice(at + 1);
  const question = afterUser.indexOf('?');
  const beforeHeaders = question < 0 ? afterUser : afterUser.slice(0, question);
  const semicolon = beforeHeaders.indexOf(';');
  const address = parseHostPort(semicolon < 0 ? beforeHeaders : beforeHeaders.slice(0, semicolon));
  const params = parseParams(semicolon < 0 ? '' : beforeHeaders.slice(semicolon + 1));
  if (address === undefined || params === undefined || at === 0) return undefined;
  return {
    scheme,
    ...address,
    params,
    ...(at > 0 ? { user: rest.slice(0, at) } : {}),
    ...(question < 0 ? {} : { headers: afterUser.slice(question + 1) }),
  };
}

/** Writes a URI. */
export function formatUri(uri: SipUri): string {
  const user = uri.user === undefined ? '' : `${uri.user}@`;
  const port = uri.port === undefined ? '' : `:${uri.port}`;
  const headers = uri.headers === undefined ? '' : `?${uri.headers}`;
  return `${uri.scheme}:${user}${uri.host}${port}${formatParams(uri.params)}${headers}`;
}

/** The address of record a URI names, `user@host` in the form flows are kept under. */
export function userAtHost(uri: SipUri): string {
  return `${uri.user ?? ''}@${uri.host.toLowerCase()}`;
}
