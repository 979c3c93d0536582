import { randomBytes } from 'node:crypto';
import type { RequestHandler } from 'express';

const ONE_YEAR_SECONDS = 31_536_000;

/**
 * Headers of every answer: no foreign or inline script, no framing, no sniffing, no referrer. Style elements need the
 * nonce that the index page carries (Angular's ngCspNonce). `connectUris` are the addresses besides our own that pages talk to.
 */
export function securityHeaders(options: { connectUris: readonly string[]; isTls: boolean }): RequestHandler {
  const connect = ["'self'", ...options.connectUris.map((uri) => originOf(uri))].join(' ');
  return (_request, response, next) => {
    const nonce = randomBytes(16).toString('base64');
    response.locals['nonce'] = nonce;
    response.set({
      'Content-Security-Policy': [
        "default-src 'self'",
        "script-src 'self'",
        `style-src 'self' 'nonce-${nonce}'`,
        "style-src-attr 'unsafe-inline'",
        `connect-src ${connect}`,
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "font-src 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
      ].join('; '),
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Resource-Policy': 'same-origin',
      'Permissions-Policy': 'camera=(), geolocation=(), microphone=(self), payment=(), usb=()',
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
      'X-Frame-Options': 'DENY',
    });
    if (options.isTls) response.set('Strict-Transport-Security', `max-age=${ONE_YEAR_SECONDS}`);
    next();
  };
}

/** URL.origin is "null" for ws addresses, so the parts are put together here. */
function originOf(uri: string): string {
  const { protocol, host } = new URL(uri);
  return `${protocol}//${host}`;
}
