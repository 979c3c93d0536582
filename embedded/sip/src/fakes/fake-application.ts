import type { AppClient, Application, SipEvent } from '../agent/application.ts';
import type { CallRecord } from '../agent/call-records.ts';

/** An application that takes every request and keeps what it is told. */
export class FakeApplication implements Application, AppClient {
  isUp = true;
  /** Every call record, as `start network uac`. */
  readonly records: string[] = [];
  private readonly events: SipEvent[] = [];

  isConnected(): boolean {
    return this.isUp;
  }

  clientFor(method: string): AppClient | undefined {
    return this.isUp && method !== 'PUBLISH' && method !== 'FOO' ? this : undefined;
  }

  isOpen(): boolean {
    return this.isUp;
  }

  deliver(event: SipEvent): void {
    if (this.isUp) this.events.push(event);
  }

  record({ kind, source, detail }: CallRecord): void {
    this.records.push([kind, source, detail].filter((word) => word !== undefined).join(' '));
  }

  /** Everything delivered since the last call. */
  take(): SipEvent[] {
    return this.events.splice(0);
  }
}
