/**
 * Why something sealed cannot be had. `not-sealed`: no file of ours. `unknown-key`: its master key is not in the ring. `tampered`: it was
 * cut short, changed, reordered, or belongs to something else. `bad-key-file`: the configured master keys cannot be used.
 */
export type VaultErrorCode = 'not-sealed' | 'unknown-key' | 'tampered' | 'bad-key-file';

/** Match on `code`; the message carries no personal data. */
export class VaultError extends Error {
  readonly code: VaultErrorCode;

  constructor(code: VaultErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'VaultError';
    this.code = code;
  }
}
