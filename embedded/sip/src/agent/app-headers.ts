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

/** Extensions whose work would fall to the server, which does not do it. */
const REFUSED_EXTENSIONS = ['100rel', 'timer'];

/** Keeps the application from promising the peer what the server cannot hold; a text says why a message cannot be sent. */
export function limitExtensions(headers: HeaderList): string | undefined {
  const tagsOf = (name: string): string[] => headers.getAll(name).flatMap((line) => line.split(',').map((tag) => tag.trim()));
  const required = tagsOf('Require').find((tag) => REFUSED_EXTENSIONS.includes(tag.toLowerCase()));
  if (required !== undefined) return `Require: ${required} is not supported`;
  if (headers.has('Session-Expires')) return 'session timers are not supported';
  const kept = tagsOf('Supported').filter((tag) => !REFUSED_EXTENSIONS.includes(tag.toLowerCase()));
  if (kept.length > 0) headers.set('Supported', kept.join(', '));
  else headers.remove('Supported');
  return undefined;
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
