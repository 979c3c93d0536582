import { headerName, HeaderList } from '../message/header-list.ts';
import type { SipMessage } from '../message/sip-message.ts';
import type { Flow } from '../transport/flow.ts';
import { replaceLocalhost } from './local-address.ts';

const ADDRESSED = ['From', 'To', 'Contact', 'P-Asserted-Identity'];

/** What the application may never set: the server makes these itself. */
const OURS_ALWAYS = ['Via', 'Route', 'Record-Route', 'RSeq', 'Content-Length'];
/** What follows from the transaction or the dialog, where there is one. */
const OURS_IN_TRANSACTION = ['From', 'To', 'Call-ID', 'CSeq', 'Max-Forwards'];

/** The headers of the application's message that go onto the wire, with `@localhost` replaced. */
export function appHeaders(message: SipMessage, flow: Flow, within: 'transaction' | 'nothing'): HeaderList {
  const barred = within === 'transaction' ? [...OURS_ALWAYS, ...OURS_IN_TRANSACTION] : OURS_ALWAYS;
  const headers = new HeaderList();
  for (const { name, value } of message.headers.entries()) {
    const usual = headerName(name);
    if (barred.includes(usual)) continue;
    headers.add(usual, ADDRESSED.includes(usual) ? replaceLocalhost(value, flow) : value);
  }
  return headers;
}

/** Gives a body its Content-Type; a text says why it cannot be sent. */
export function completeBody(headers: HeaderList, message: SipMessage): string | undefined {
  if (message.body.length === 0) {
    headers.remove('Content-Type');
    return undefined;
  }
  if (headers.has('Content-Type')) return undefined;
  if (message.body.toString('latin1', 0, 3) !== 'v=0') return 'missing content-type';
  headers.add('Content-Type', 'application/sdp');
  return undefined;
}

/** Appends all lines of `from`. */
export function appendHeaders(to: HeaderList, from: HeaderList): void {
  for (const { name, value } of from.entries()) to.add(name, value);
}
