import { Buffer } from 'node:buffer';
import { FakeTransport } from '../fakes/fake-transport.ts';
import type { SipMessage } from '../message/sip-message.ts';
import type { Flow, Protocol } from './flow.ts';
import { TransportSet } from './transport-set.ts';

/** A set with one transport, and what came out of it. */
function aSet(protocol: Protocol = 'udp', remote = { host: '192.0.2.9', port: 40_000 }) {
  const requests: { request: SipMessage; replyFlow: Flow }[] = [];
  const faults: unknown[] = [];
  const events = {
    onRequest: (request: SipMessage, _flow: Flow, replyFlow: Flow) => void requests.push({ request, replyFlow }),
    onResponse: () => {
      throw new Error('a fault above');
    },
    onFlowClosed: () => undefined,
  };
  const set = new TransportSet(events, (_where, error) => void faults.push(error));
  const transport = new FakeTransport(protocol);
  set.add(transport);
  const flow = transport.open(remote);
  const receive = (via: string, start = 'OPTIONS sip:a@b SIP/2.0', cseq = 'CSeq: 1 OPTIONS'): void => {
    const lines = [start, `Via: ${via}`, 'From: <sip:a@b>;tag=1', 'To: <sip:a@b>', 'Call-ID: 1', cseq, '', ''];
    set.onBytes(Buffer.from(lines.join('\r\n')), flow);
  };
  return { set, requests, faults, transport, flow, receive };
}

const ANSWER = Buffer.from(
  'SIP/2.0 200 OK\r\nVia: SIP/2.0/TCP x;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>;tag=2\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n\r\n',
);

describe('The transports', () => {
  it('note where a request came from and answer there when asked by rport', () => {
    const { requests, flow, receive } = aSet();
    receive('SIP/2.0/UDP 10.0.0.1:5060;rport;branch=z9hG4bK1, SIP/2.0/UDP far');
    expect(requests[0]?.request.headers.getAll('Via')).toEqual([
      'SIP/2.0/UDP 10.0.0.1:5060;rport=40000;branch=z9hG4bK1;received=192.0.2.9',
      'SIP/2.0/UDP far',
    ]);
    expect(requests[0]?.replyFlow).toBe(flow);
  });

  it('answer to the port of the Via without rport over UDP, and on the connection over TCP', () => {
    const udp = aSet();
    udp.receive('SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK1');
    expect(udp.requests[0]?.replyFlow.remote).toEqual({ host: '192.0.2.9', port: 5_060 });
    expect(udp.requests[0]?.request.headers.get('Via')).not.toContain('received');
    const tcp = aSet('tcp');
    tcp.receive('SIP/2.0/TCP 192.0.2.9;branch=z9hG4bK1');
    tcp.requests[0]?.replyFlow.send(ANSWER, () => undefined);
    expect(tcp.flow.take().length).toBe(1);
  });

  it('answer on a new connection to the port of the Via when the one the request came on is gone, but not over WebSocket', () => {
    const tcp = aSet('tcp');
    tcp.receive('SIP/2.0/TCP 192.0.2.9:5070;branch=z9hG4bK1');
    tcp.flow.isUp = false;
    tcp.requests[0]?.replyFlow.send(ANSWER, () => undefined);
    expect(tcp.transport.open({ host: '192.0.2.9', port: 5_070 }).take().length).toBe(1);
    const ws = aSet('ws');
    ws.receive('SIP/2.0/WS 192.0.2.9:5070;branch=z9hG4bK1');
    expect(ws.requests[0]?.replyFlow).toBe(ws.flow);
  });

  it('answer from the address that was asked, also to another port', () => {
    const { set, requests, transport } = aSet();
    const second = new FakeTransport('udp');
    set.add(second);
    const asked = second.open({ host: '192.0.2.9', port: 40_000 });
    const text = ANSWER.toString()
      .replace('SIP/2.0 200 OK', 'OPTIONS sip:a@b SIP/2.0')
      .replace('SIP/2.0/TCP x', 'SIP/2.0/UDP 192.0.2.9');
    set.onBytes(Buffer.from(text), asked);
    requests[0]?.replyFlow.send(ANSWER, () => undefined);
    expect(second.open({ host: '192.0.2.9', port: 5_060 }).take().length).toBe(1);
    expect(transport.open({ host: '192.0.2.9', port: 5_060 }).take().length).toBe(0);
  });

  it('compare IPv6 addresses as addresses, take no `received` from the sender and follow no `maddr`', () => {
    const { requests, receive } = aSet('udp', { host: '2001:db8::9', port: 40_000 });
    receive('SIP/2.0/UDP [2001:DB8:0:0::9]:40000;branch=z9hG4bK1;received=192.0.2.66');
    receive('SIP/2.0/UDP [2001:db8::8]:40000;branch=z9hG4bK2;maddr=192.0.2.66');
    expect(requests.map(({ request }) => request.headers.get('Via'))).toEqual([
      'SIP/2.0/UDP [2001:DB8:0:0::9]:40000;branch=z9hG4bK1',
      'SIP/2.0/UDP [2001:db8::8]:40000;branch=z9hG4bK2;maddr=192.0.2.66;received=2001:db8::9',
    ]);
    expect(requests[1]?.replyFlow.remote).toEqual({ host: '2001:db8::9', port: 40_000 });
  });

  it('refuse a request whose Via names another transport than it came by', () => {
    const named = ['UDP', 'TCP', 'WS', 'WSS', 'TLS'] as const;
    const accepted = (protocol: Protocol): string[] =>
      named.filter((transport) => {
        const { requests, flow, receive } = aSet(protocol);
        receive(`SIP/2.0/${transport} 192.0.2.9:40000;branch=z9hG4bK1`);
        const answers = flow.take().map((answer) => answer.kind === 'response' && answer.status);
        expect(answers).toEqual(requests.length === 1 ? [] : [400]);
        return requests.length === 1;
      });
    expect(accepted('udp')).toEqual(['UDP']);
    expect(accepted('tcp')).toEqual(['TCP']);
    expect(accepted('tls')).toEqual(['TLS']);
    expect(accepted('ws')).toEqual(['WS', 'WSS']);
    expect(accepted('wss')).toEqual(['WS', 'WSS']);
  });

  it('answer malformed requests but never an ACK, and report what fails above without throwing', () => {
    const { requests, faults, flow, receive } = aSet();
    receive('SIP/2.0/UDP 192.0.2.9:40000;branch=z9hG4bK1', 'OPTIONS sip:a@b SIP/2.0', 'CSeq: 1 OPTIONS\r\nMax-Forwards: x');
    receive('SIP/2.0/UDP 192.0.2.9:40000;branch=z9hG4bK1', 'ACK sip:a@b SIP/2.0', 'CSeq: 1 ACK\r\nMax-Forwards: x');
    expect(flow.take().map((answer) => answer.kind === 'response' && answer.status)).toEqual([400]);
    expect(requests).toEqual([]);
    receive('SIP/2.0/UDP 192.0.2.9:40000;branch=z9hG4bK1', 'SIP/2.0 200 OK');
    expect(faults.length).toBe(1);
  });
});
