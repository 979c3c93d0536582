import { Buffer } from 'node:buffer';
import { FakeTransport } from '../fakes/fake-transport.ts';
import { HeaderList } from '../message/header-list.ts';
import type { SipRequest } from '../message/sip-message.ts';
import { LargeRequests } from './large-request.ts';

const TO = { host: '192.0.2.9', port: 5_060 };

function aRequest(bodyBytes: number): SipRequest {
  const headers = new HeaderList().add('Via', 'SIP/2.0/UDP 192.0.2.1:5060;rport;branch=z9hG4bK1').add('Call-ID', '1');
  return { kind: 'request', method: 'MESSAGE', uri: 'sip:a@192.0.2.9', headers, body: Buffer.alloc(bodyBytes) };
}

/** A peer with UDP, and with TCP or without. */
function aScene({ hasTcp = true } = {}) {
  const [udp, tcp] = [new FakeTransport('udp'), new FakeTransport('tcp')];
  tcp.open(TO).isUp = hasTcp;
  const asked: unknown[] = [];
  const large = new LargeRequests((to) => {
    asked.push(to);
    return tcp.open(to);
  });
  const fit = (bodyBytes: number, flow = udp.open(TO)): ReturnType<typeof large.fit> =>
    large.fit({ request: aRequest(bodyBytes), flow });
  return { udp, tcp, asked, fit };
}

describe('Requests too large for UDP', () => {
  it('go over TCP with a Via that says so and the same branch', async () => {
    const { tcp, fit } = aScene();
    const { request, flow } = await fit(1_300);
    expect(flow).toBe(tcp.open(TO));
    expect(request.headers.getAll('Via')).toEqual(['SIP/2.0/TCP 192.0.2.1:5060;rport;branch=z9hG4bK1']);
  });

  it('are those above 1,300 bytes, of UDP only', async () => {
    const { udp, tcp, asked, fit } = aScene();
    const small = await fit(1_000);
    expect(small.flow).toBe(udp.open(TO));
    expect(small.request.headers.get('Via')).toContain('/UDP ');
    expect((await fit(2_000, tcp.open(TO))).flow).toBe(tcp.open(TO));
    expect(asked).toEqual([]);
  });

  it('go over UDP to a peer without TCP, who is not asked again for a while', async () => {
    const { udp, asked, fit } = aScene({ hasTcp: false });
    for (const attempt of [1, 2]) {
      const { request, flow } = await fit(2_000);
      expect(flow).withContext(`attempt ${attempt}`).toBe(udp.open(TO));
      expect(request.headers.get('Via')).toContain('/UDP ');
    }
    expect(asked).toEqual([TO]);
  });
});
