import { ConnectionTable } from './connection-table.ts';
import type { ConnectionLimits } from './connection-table.ts';
import { Networks } from './ip-address.ts';
import { RateLimiter } from './rate-limiter.ts';
import type { RateLimits } from './rate-limiter.ts';
import { ReplyBudget } from './reply-budget.ts';

/** What strangers may do. */
export interface ProtectionOptions {
  /** Addresses and networks that are neither slowed down nor bounded, such as the trunk and the proxy in front. */
  readonly trusted: readonly string[];
  readonly rate: RateLimits;
  readonly connections: ConnectionLimits;
  /** Requests of known scanners get no answer at all. */
  readonly dropScanners: boolean;
}

/** 2,500 messages a second are more than 300 calls a second with both ends at one address. */
export const DEFAULT_PROTECTION: ProtectionOptions = {
  trusted: ['127.0.0.0/8', '::1'],
  rate: { messagesPerS: 2_500, burst: 5_000 },
  connections: { total: 4_000, perSource: 1_000, idleMs: 1_800_000, firstMessageMs: 32_000 },
  dropScanners: true,
};

/** Keeps strangers from using the server up or turning it against others. One for all transports. */
export class Protection {
  readonly connections: ConnectionTable;
  readonly dropScanners: boolean;
  private readonly trusted: Networks;
  private readonly rate: RateLimiter;
  private readonly budget = new ReplyBudget();

  constructor(options: ProtectionOptions) {
    this.trusted = new Networks(options.trusted);
    this.connections = new ConnectionTable(options.connections, (address) => this.trusted.has(address));
    this.rate = new RateLimiter(options.rate);
    this.dropScanners = options.dropScanners;
  }

  /** Whether a datagram is looked at. */
  admitsDatagram(address: string, bytes: number): boolean {
    if (this.trusted.has(address)) return true;
    if (!this.rate.takes(address)) return false;
    this.budget.noteReceived(address, bytes);
    return true;
  }

  /** For how many ms a connection should not be read after a message. */
  pauseAfterMessage(address: string): number {
    return this.trusted.has(address) ? 0 : this.rate.takeOnCredit(address);
  }

  /** Whether a datagram may be sent there. */
  allowsReply(address: string, bytes: number): boolean {
    return this.budget.spend(address, bytes);
  }

  noteReachable(address: string): void {
    if (!this.trusted.has(address)) this.budget.noteReachable(address);
  }

  close(): void {
    this.connections.close();
  }
}
