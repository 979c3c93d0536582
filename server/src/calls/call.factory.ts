import { CallId, CaseId, CategoryCode, GatewayId, PhoneId, PhoneNumber, UserId } from '#contracts/ids.contract';
import { newInboundCall, newOutboundCall, type Call } from './call.model.ts';

export const AGENT = UserId.parse('k1207');
export const CALL = CallId.parse('call-1');

const start = {
  id: CALL,
  gatewayId: GatewayId.parse('gw-1'),
  categoryCode: CategoryCode.parse('01'),
  number: PhoneNumber.parse('+819000000010'),
  startedAt: '2026-11-24T01:59:50.000Z',
};

/** Test data: an outbound call that is being dialled, with what matters to the test. */
export function aCall(change: Partial<Call> = {}): Call {
  return {
    ...newOutboundCall({
      ...start,
      agentId: AGENT,
      caseId: CaseId.parse('case-0001'),
      phoneId: PhoneId.parse('phone-0001-1'),
      candidates: [],
    }),
    ...change,
  };
}

/** Test data: an inbound call that waits in the queue. */
export function anInboundCall(change: Partial<Call> = {}): Call {
  return { ...newInboundCall({ ...start, candidates: [] }), ...change };
}
