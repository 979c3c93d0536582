import type { CallRecord } from './call-records.ts';
import type { SipMessage } from '../message/sip-message.ts';
import type { Endpoint, Flow } from '../transport/flow.ts';

/** A message for the application. */
export interface SipEvent {
  readonly source: 'network' | 'application';
  readonly message: SipMessage;
  readonly flow: Flow;
  readonly txnId: string;
  readonly dialogId: string;
  /** Our own address; only with new requests outside a dialog. */
  readonly receivedOn?: Endpoint;
}

/** One connected application. */
export interface AppClient {
  isOpen(): boolean;
  deliver(event: SipEvent): void;
  record(record: CallRecord): void;
}

/** Who takes new requests. */
export interface Application {
  isConnected(): boolean;
  /** The application that asked for this method or kind of record (`cdr:start`); undefined when none did. */
  clientFor(route: string): AppClient | undefined;
}

/** What became of a command of the application: the message as sent, or why it was refused. */
export type CommandReply =
  | { readonly ok: true; readonly sent: SipMessage; readonly flow: Flow; readonly txnId: string; readonly dialogId: string }
  | { readonly ok: false; readonly reason: string };

/** Refuses a command. */
export function refuse(reason: string): CommandReply {
  return { ok: false, reason };
}
