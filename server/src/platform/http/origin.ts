const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Knows which sites' pages may change something here: the second lock beside SameSite cookies (OWASP CSRF, verifying origin). */
export class OriginPolicy {
  readonly #allowed: ReadonlySet<string>;

  constructor(origins: readonly string[]) {
    this.#allowed = new Set(origins.map((origin) => new URL(origin).origin));
  }

  /** Unsafe methods must name an allowed Origin: browsers always send it with them. */
  permitsRequest(method: string | undefined, origin: string | undefined): boolean {
    if (SAFE_METHODS.has(method ?? '') && origin === undefined) return true;
    return this.permitsOrigin(origin);
  }

  /** A socket handshake must come from an allowed page. */
  permitsOrigin(origin: string | undefined): boolean {
    return origin !== undefined && this.#allowed.has(origin);
  }
}
