/** Reads one cookie of a Cookie header (RFC 6265 §5.4). */
export function readCookie(header: string | undefined, name: string): string | null {
  for (const pair of (header ?? '').split(';')) {
    const equals = pair.indexOf('=');
    if (equals > 0 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim();
  }
  return null;
}

/** A Set-Cookie value that scripts cannot read and other sites cannot send. An empty value with maxAgeSeconds 0 deletes it. */
export function writeCookie(name: string, value: string, options: { maxAgeSeconds: number; isSecure: boolean }): string {
  const parts = [`${name}=${value}`, 'Path=/', 'HttpOnly', 'SameSite=Strict', `Max-Age=${options.maxAgeSeconds}`];
  if (options.isSecure) parts.push('Secure');
  return parts.join('; ');
}
