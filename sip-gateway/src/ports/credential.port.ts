import type { StoredCredential } from '#contracts/gateway.contract';

/** The phone credentials the server issued. */
export interface CredentialStore {
  /** Null when there is none (any more). Rejects when the store cannot be asked. */
  find(username: string): Promise<StoredCredential | null>;
}
