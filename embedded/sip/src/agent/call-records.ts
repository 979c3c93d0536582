import type { SipMessage } from '../message/sip-message.ts';
import type { Application } from './application.ts';

/** A fact about a call for whoever keeps records, as drachtio-server gives it. */
export interface CallRecord {
  readonly kind: 'attempt' | 'start' | 'stop';
  readonly source: 'network' | 'application';
  /** The role with `start`, the reason with `stop`. */
  readonly detail: 'uac' | 'uas' | StopReason | undefined;
  readonly message: SipMessage;
}

export type StopReason =
  'call-rejected' | 'call-canceled' | 'normal-release' | 'session-expired' | 'system-initiated-termination';

/** Tells the application of the beginning and end of calls, as far as it asked for it (`cdr:attempt`, `cdr:start`, `cdr:stop`). */
export class CallRecords {
  private readonly application: Application;

  constructor(application: Application) {
    this.application = application;
  }

  attempt(source: CallRecord['source'], invite: SipMessage): void {
    this.tell({ kind: 'attempt', source, detail: undefined, message: invite });
  }

  start(source: CallRecord['source'], role: 'uac' | 'uas', success: SipMessage): void {
    this.tell({ kind: 'start', source, detail: role, message: success });
  }

  stop(source: CallRecord['source'], reason: StopReason, message: SipMessage): void {
    this.tell({ kind: 'stop', source, detail: reason, message });
  }

  private tell(record: CallRecord): void {
    this.application.clientFor(`cdr:${record.kind}`)?.record(record);
  }
}
