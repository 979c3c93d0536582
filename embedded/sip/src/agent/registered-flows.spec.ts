import { Buffer } from 'node:buffer';
import { FakeTransport } from '../fakes/fake-transport.ts';
import type { FakeFlow } from '../fakes/fake-transport.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { readLoosely } from '../message/parser.ts';
import { RegisteredFlows } from './registered-flows.ts';

const CONTACT = 'sip:phone@x.invalid;transport=ws';

describe('Registered flows', () => {
  const clock = new ManualClock();
  let flows: RegisteredFlows;
  let connection: FakeFlow;

  beforeEach(() => {
    flows = new RegisteredFlows(clock);
    connection = new FakeTransport('ws').open({ host: '192.0.2.9', port: 1 });
  });

  const learn = (
    contact: string,
    granted: readonly string[] = [],
    flow = connection,
    expires = '300',
    to = 'sip:desk7@example.com',
  ): void => {
    const request = readLoosely(
      Buffer.from(`REGISTER sip:x SIP/2.0\r\nTo: <${to}>\r\nContact: ${contact}\r\nExpires: ${expires}\r\n\r\n`),
    );
    const response = readLoosely(Buffer.from(['SIP/2.0 200 OK', ...granted, '', ''].join('\r\n')));
    if (request?.kind !== 'request' || response?.kind !== 'response') throw new Error('malformed test message');
    flows.learn(request, response, flow);
  };

  it('find the connection by user and host, whatever the parameters, until the granted time is over', () => {
    learn(`<${CONTACT}>;expires=900`, [`Contact: <${CONTACT}>;expires=60`]);
    expect(flows.find('sip:phone@X.invalid')).toBe(connection);
    clock.advance(59_999);
    expect(flows.count()).toBe(1);
    clock.advance(1);
    expect(flows.find(CONTACT)).toBeUndefined();
    expect(flows.count()).toBe(0);
  });

  it('move with a new registration and end with one that asks for zero seconds', () => {
    const next = new FakeTransport('ws').open({ host: '192.0.2.9', port: 2 });
    learn(`<${CONTACT}>`);
    learn(`<${CONTACT}>`, [], next);
    expect(flows.find(CONTACT)).toBe(next);
    flows.forget(connection);
    expect(flows.find(CONTACT)).toBe(next);
    learn(`<${CONTACT}>;expires=0`, [], next);
    expect(flows.count()).toBe(0);
    learn(`<${CONTACT}>`, [], next);
    learn('*', [], next, '0');
    expect(flows.count()).toBe(0);
  });

  it('do not lead to a connection that is gone, and do not learn from UDP', () => {
    learn(`<${CONTACT}>`);
    connection.isUp = false;
    expect(flows.find(CONTACT)).toBeUndefined();
    flows.forget(connection);
    learn(`<${CONTACT}>`, [], new FakeTransport('udp').open({ host: '192.0.2.9', port: 1 }));
    expect(flows.count()).toBe(0);
  });

  it('cannot be taken over, ended or shared by who registers another address', () => {
    const other = new FakeTransport('ws').open({ host: '192.0.2.8', port: 2 });
    learn(`<${CONTACT}>`);
    for (const contact of [`<${CONTACT}>`, `<${CONTACT}>;expires=0`, '*']) {
      learn(contact, [], other, '300', 'sip:thief@example.com');
      expect(flows.find(CONTACT)).withContext(contact).toBe(connection);
    }
    connection.isUp = false;
    learn(`<${CONTACT}>`, [], other, '300', 'sip:heir@example.com');
    expect(flows.find(CONTACT)).toBe(other);
  });

  it('do not draw what is meant for the address of somebody else', () => {
    const trunk = 'sip:0312345678@192.0.2.200';
    for (const contact of [`<${trunk}>`, `<${trunk};transport=udp>`, `<${trunk}:5060;transport=ws>`]) learn(contact);
    expect(flows.find(trunk)).toBeUndefined();
    expect(flows.find(`${trunk}:5060`)).toBeUndefined();
    expect(flows.find(`${trunk};transport=tcp`)).toBeUndefined();
  });

  it('reach a telephone behind NAT by the transport and port it names, TLS or not for a browser', () => {
    const overTls = new FakeTransport('tls').open({ host: '192.0.2.9', port: 3 });
    learn('<sip:phone@10.0.0.5:5071;transport=tls>', [], overTls);
    expect(flows.find('sip:phone@10.0.0.5:5071;transport=tls')).toBe(overTls);
    expect(flows.find('sip:phone@10.0.0.5:5071')).toBeUndefined();
    const overWss = new FakeTransport('wss').open({ host: '192.0.2.9', port: 4 });
    learn('<sip:phone@10.0.0.6;transport=ws>', [], overWss);
    expect(flows.find('sip:phone@10.0.0.6;transport=ws')).toBe(overWss);
  });

  it('are kept for ten contacts of one registration, however many it names', () => {
    learn(Array.from({ length: 200 }, (_, index) => `<sip:phone@x${index}.invalid>`).join(', '));
    expect(flows.count()).toBe(10);
  });
});
