import type { FactOf, StoredCredential } from '#contracts/gateway.contract';
import type { Clock } from '../ports/clock.port.ts';
import type { FactSink } from '../ports/control.port.ts';
import type { CredentialStore } from '../ports/credential.port.ts';
import { isResponseRight, parseDigest } from './digest.ts';
import type { DigestAnswer } from './digest.ts';
import type { NonceMint } from './nonce-mint.ts';
import { RefusalLimit } from './refusal-limit.ts';

/** What is checked of a REGISTER or INVITE that claims to come from an agent's browser. */
export interface PhoneRequest {
  readonly method: 'REGISTER' | 'INVITE';
  readonly isWebSocket: boolean;
  readonly sourceAddress: string;
  readonly uri: string;
  /** User part of the From header. */
  readonly fromUser: string;
  /** The Authorization or Proxy-Authorization header, or null. */
  readonly authorization: string | null;
}

type RefusalReason = FactOf<'phone.refused'>['reason'];

export type Verdict =
  | { readonly kind: 'accepted'; readonly username: string; readonly credential: StoredCredential }
  | { readonly kind: 'challenge'; readonly nonce: string; readonly isStale: boolean }
  | { readonly kind: 'refused'; readonly status: 403 };

export interface GatekeeperPorts {
  readonly credentials: CredentialStore;
  readonly facts: FactSink;
  readonly clock: Clock;
}

/** Lets an agent's browser in with the credential the server issued to it, and nobody else. Refusals are facts, unless they come in floods. */
export class Gatekeeper {
  readonly #ports: GatekeeperPorts;
  readonly #mint: NonceMint;
  readonly #realm: string;
  readonly #limit: RefusalLimit;

  constructor(ports: GatekeeperPorts, mint: NonceMint, realm: string) {
    this.#ports = ports;
    this.#mint = mint;
    this.#realm = realm;
    this.#limit = new RefusalLimit(ports.clock);
  }

  /** Rejects when the credentials cannot be looked up. */
  async judge(request: PhoneRequest): Promise<Verdict> {
    const answer = request.authorization === null ? null : parseDigest(request.authorization);
    if (!request.isWebSocket) return this.#refuse(request, answer?.username ?? request.fromUser, 'wrong-transport');
    if (answer === null) return this.#challenge(false);
    const nowMs = this.#ports.clock.nowMs();
    const nonce = this.#mint.redeem(answer.nonce, answer.nonceCount, nowMs);
    if (nonce !== 'fresh') return this.#challenge(nonce === 'stale');
    const credential = await this.#ports.credentials.find(answer.username);
    if (credential === null) return this.#refuse(request, answer.username, 'unknown');
    if (Date.parse(credential.expiresAt) <= nowMs) return this.#refuse(request, answer.username, 'expired');
    if (!this.#isRight(request, answer, credential)) return this.#refuse(request, answer.username, 'wrong-response');
    if (!isSameAddress(credential.address, request.sourceAddress))
      return this.#refuse(request, answer.username, 'foreign-address');
    return { kind: 'accepted', username: answer.username, credential };
  }

  /** The response must be right, and made for this very request: not for another user, realm or target (RFC 3261 §22.4). */
  #isRight(request: PhoneRequest, answer: DigestAnswer, credential: StoredCredential): boolean {
    if (answer.realm !== this.#realm || answer.uri !== request.uri || request.fromUser !== answer.username) return false;
    return isResponseRight(answer, request.method, credential.ha1);
  }

  #challenge(isStale: boolean): Verdict {
    return { kind: 'challenge', nonce: this.#mint.issue(this.#ports.clock.nowMs()), isStale };
  }

  #refuse(request: PhoneRequest, username: string, reason: RefusalReason): Verdict {
    if (this.#limit.isWorthTelling(request.sourceAddress)) {
      this.#ports.facts.emit({ type: 'phone.refused', username: username.slice(0, 64), address: request.sourceAddress, reason });
    }
    return { kind: 'refused', status: 403 };
  }
}

/** IPv4 addresses may arrive written as IPv4-mapped IPv6. */
function isSameAddress(one: string, other: string): boolean {
  const plain = (address: string): string => address.replace(/^::ffff:/i, '').toLowerCase();
  return plain(one) === plain(other);
}
