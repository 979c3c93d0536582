import { z } from 'zod';

/** Result of a call, DOMAIN §4.9. Contact is 11 and 12 only. */
export const ResultCode = z.enum([
  '11',
  '12',
  '21',
  '31',
  '32',
  '33',
  '34',
  '35',
  '36',
  '41',
  '42',
  '43',
  '51',
  '52',
  '61',
  '71',
]);
export type ResultCode = z.infer<typeof ResultCode>;

/** What was talked about, DOMAIN §4.9. */
export const ContentCode = z.enum([
  'paid-already',
  'promise',
  'instalments-wanted',
  'slip-reissue',
  'direct-debit-wanted',
  'reduction-consultation',
  'complaint',
  'refusal',
  'moved',
  'other',
]);
export type ContentCode = z.infer<typeof ContentCode>;

/** Why a call ended, in the field's words; the gateway derives it from the SIP status (RFC 3261 §21, Q.850 by RFC 3326). */
export const EndCause = z.enum([
  'completed',
  'busy',
  'no-answer',
  'unallocated',
  'rejected',
  'unreachable',
  'cancelled',
  'abandoned',
  'agent-lost',
  'gateway-lost',
  'failed',
  /** Only of an agent's part in a call that went on with somebody else. */
  'transferred',
]);
export type EndCause = z.infer<typeof EndCause>;
