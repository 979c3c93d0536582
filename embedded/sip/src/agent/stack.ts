import type { Dialog } from '../dialog/dialog.ts';
import type { DialogTable } from '../dialog/dialog-table.ts';
import type { ServerTransaction } from '../transaction/server-transaction.ts';
import type { ClientTransaction } from '../transaction/client-transaction.ts';
import type { TransactionTable } from '../transaction/transaction-table.ts';
import type { Clock } from '../transaction/clock.ts';
import type { TimerValues } from '../transaction/timers.model.ts';
import type { TransportSet } from '../transport/transport-set.ts';
import type { AppClient, Application } from './application.ts';
import type { CallRecords } from './call-records.ts';
import type { Policy } from './policy.model.ts';
import type { RegisteredFlows } from './registered-flows.ts';

/** A request from the network the application has not finally answered. */
export interface IncomingRequest {
  readonly txnId: string;
  readonly transaction: ServerTransaction;
  client: AppClient;
  /** The dialog it came in, or the one its first answer made. */
  dialog: Dialog | undefined;
  /** Whether it came inside an existing dialog. */
  readonly isInDialog: boolean;
  /** Our To tag, once chosen. */
  toTag: string | undefined;
  hasProvisional: boolean;
  /** The application has answered with a 2xx that waits for a PRACK (RFC 3262 §3). */
  isAnswered: boolean;
  /** An UPDATE in its early dialog, which goes by the same transaction id (RFC 3311). */
  openUpdate: IncomingRequest | undefined;
  stopPatience: () => void;
}

/** A request of the application that has no final response yet. */
export interface OutgoingRequest {
  readonly txnId: string;
  readonly transaction: ClientTransaction;
  readonly client: AppClient;
  readonly isInDialog: boolean;
  /** The dialog it was sent in, or the one an answer confirmed. */
  dialog: Dialog | undefined;
  /** Every early dialog its provisional responses made. */
  readonly branches: Set<Dialog>;
  isCancelled: boolean;
  /** Sends the CANCEL that waits for the first provisional response (RFC 3261 §9.1). */
  heldCancel: (() => void) | undefined;
  /** Stops waiting for the final answer. */
  stopPatience: () => void;
}

/** Everything the user agent is made of; one for each server. */
export interface Stack {
  readonly transports: TransportSet;
  readonly transactions: TransactionTable;
  readonly dialogs: DialogTable;
  readonly flows: RegisteredFlows;
  readonly application: Application;
  readonly records: CallRecords;
  readonly policy: Policy;
  readonly timers: TimerValues;
  readonly clock: Clock;
  readonly incoming: Map<string, IncomingRequest>;
  readonly outgoing: Map<string, OutgoingRequest>;
  /** Which application a dialog belongs to. */
  readonly clientOf: WeakMap<Dialog, AppClient>;
}
