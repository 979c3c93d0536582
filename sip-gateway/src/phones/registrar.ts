import type { UserId } from '#contracts/ids.contract';
import type { Clock } from '../ports/clock.port.ts';
import type { FactSink } from '../ports/control.port.ts';
import type { Gatekeeper, PhoneRequest, Verdict } from './gatekeeper.ts';

/** A browser refreshes this often at the least, so that a withdrawn credential is noticed. */
const MAX_EXPIRES_SECONDS = 120;
/** A refresh may be late by this much before the phone is dropped. */
const LATE_REFRESH_MS = 5_000;

export type RegisterResult =
  Exclude<Verdict, { kind: 'accepted' }> | { readonly kind: 'registered'; readonly expiresSeconds: number };

interface Registration {
  readonly username: string;
  readonly cancelTimer: () => void;
}

export interface RegistrarPorts {
  readonly facts: FactSink;
  readonly clock: Clock;
  /** Told when a registration ran out without being refreshed or withdrawn. */
  onLapsed(user: UserId): void;
}

/** Registers agents' browsers (RFC 3261 §10) for as long as their credential is good. */
export class Registrar {
  readonly #gatekeeper: Gatekeeper;
  readonly #ports: RegistrarPorts;
  readonly #registrations = new Map<UserId, Registration>();

  constructor(gatekeeper: Gatekeeper, ports: RegistrarPorts) {
    this.#gatekeeper = gatekeeper;
    this.#ports = ports;
  }

  /** `requestedSeconds` 0 withdraws the registration. Rejects when credentials cannot be looked up. */
  async register(request: PhoneRequest, requestedSeconds: number): Promise<RegisterResult> {
    const verdict = await this.#gatekeeper.judge(request);
    if (verdict.kind !== 'accepted') return verdict;
    const { userId, expiresAt } = verdict.credential;
    if (requestedSeconds === 0) {
      if (this.#registrations.get(userId)?.username === verdict.username) this.forget(userId);
      return { kind: 'registered', expiresSeconds: 0 };
    }
    const restSeconds = Math.floor((Date.parse(expiresAt) - this.#ports.clock.nowMs()) / 1_000);
    const expiresSeconds = Math.max(1, Math.min(requestedSeconds, restSeconds, MAX_EXPIRES_SECONDS));
    this.#keep(userId, verdict.username, request.sourceAddress, expiresSeconds);
    return { kind: 'registered', expiresSeconds };
  }

  forget(user: UserId): void {
    this.#registrations.get(user)?.cancelTimer();
    this.#registrations.delete(user);
  }

  /** Forgets everybody. */
  close(): void {
    for (const user of [...this.#registrations.keys()]) this.forget(user);
  }

  #keep(user: UserId, username: string, address: string, expiresSeconds: number): void {
    const known = this.#registrations.get(user);
    known?.cancelTimer();
    const cancelTimer = this.#ports.clock.schedule(expiresSeconds * 1_000 + LATE_REFRESH_MS, () => {
      this.#registrations.delete(user);
      this.#ports.onLapsed(user);
    });
    this.#registrations.set(user, { username, cancelTimer });
    if (known?.username !== username) this.#ports.facts.emit({ type: 'phone.registered', userId: user, address });
  }
}
