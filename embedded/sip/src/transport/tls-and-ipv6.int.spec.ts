import { connect as connectTls } from 'node:tls';
import type Srf from 'drachtio-srf';
import { SDP } from '../fakes/call-scene.ts';
import { makeCertificate } from '../fakes/certificate.ts';
import { requestText, StreamPeer, UdpPeer } from '../fakes/sip-peer.ts';
import { ANY, routed, Stations, statusOf, until, within } from '../fakes/srf-station.ts';
import type { Station } from '../fakes/srf-station.ts';
import { WebPhone } from '../fakes/web-phone.ts';
import { startSipServer } from '../sip-server.ts';
import { formatEndpoint } from './flow.ts';
import { DEFAULT_PROTECTION } from './protection.ts';

const ANY_V6 = { host: '::1', port: 0 };
const [ours, strange] = [makeCertificate(), makeCertificate()];

/** From now on the callee answers every call and hangs it up at once; returns the INVITEs it gets. */
async function answerCalls(callee: Station): Promise<Srf.SrfRequest[]> {
  const invites: Srf.SrfRequest[] = [];
  callee.on('invite', async (request, response) => {
    invites.push(request);
    const dialog = await callee.srf.createUAS(request, response, { localSdp: SDP });
    void dialog.destroy();
  });
  await routed();
  return invites;
}

/** A call that is answered and hung up by the callee. */
async function call(caller: Station, uri: string): Promise<void> {
  const dialog = await within(caller.srf.createUAC(uri, { localSdp: SDP }), 'call');
  await within(new Promise((resolve) => dialog.on('destroy', resolve)), 'BYE');
  await until(() => caller.server.counters().dialogs === 0, 'no dialogs');
}

describe('SIP over TLS', () => {
  const stations = new Stations();

  afterEach(() => stations.close());

  it('carries a call both ways, with TLS in Via and Contact, and as SIPS', async () => {
    const [caller, callee] = [
      await stations.start({ tls: { ...ANY, ...ours } }),
      await stations.start({ tls: { ...ANY, ...ours } }),
    ];
    const invites = await answerCalls(callee);
    await call(caller, callee.uri('desk', 'tls'));
    await call(caller, `sips:desk@127.0.0.1:${callee.server.addresses.tls?.port ?? 0}`);
    expect(invites.map(({ protocol }) => protocol)).toEqual(['tls', 'tls']);
    expect(invites[0]?.get('Via')).toContain('SIP/2.0/TLS 127.0.0.1:');
    expect(invites[0]?.get('Contact')).toContain(';transport=tls>');
    expect(invites[1]?.get('Contact')).toMatch(/^<sips:/);
  });

  it('sends nothing to a peer whose certificate nobody vouches for or that bears another name', async () => {
    const caller = await stations.start({ tls: { ...ANY, ...ours } });
    const [unknown, misnamed] = [strange, makeCertificate('DNS:elsewhere.example')];
    for (const [files, ca] of [
      [unknown, ours.ca],
      [misnamed, misnamed.ca],
    ] as const) {
      const callee = await stations.start({ tls: { ...ANY, ...files } });
      const trusting = await stations.start({ tls: { ...ANY, ...ours, ca } });
      callee.on('invite', () => fail('reached a peer that was not verified'));
      await routed();
      expect(await statusOf(trusting.srf.createUAC(callee.uri('desk', 'tls'), { localSdp: SDP }))).toBe(503);
    }
    expect(caller.server.counters().connections).toBe(0);
  });

  it('refuses SIPS where it speaks no TLS, and does not let plain text in', async () => {
    const plain = await stations.start();
    const refusal = await plain.srf.createUAC('sips:desk@127.0.0.1', { localSdp: SDP }).then(
      () => '',
      (error: Error) => error.message,
    );
    expect(refusal).toBe('requested protocol/transport not available');
    const secure = await stations.start({ tls: { ...ANY, ...ours } });
    const peer = await StreamPeer.connect(secure.server.addresses.tls);
    peer.send(requestText('OPTIONS', 'TLS 127.0.0.1'));
    await within(peer.closed, 'end of the connection');
    await until(() => secure.server.counters().connections === 0, 'no connections');
  });

  it('counts connections before they have shown a certificate', async () => {
    const connections = { ...DEFAULT_PROTECTION.connections, perSource: 2 };
    const station = await stations.start({
      tls: { ...ANY, ...ours },
      wss: { ...ANY, ...ours },
      protection: { trusted: [], connections },
    });
    const [first, second] = [
      await StreamPeer.connect(station.server.addresses.tls),
      await StreamPeer.connect(station.server.addresses.wss),
    ];
    for (const protocol of ['tls', 'wss'] as const) {
      await within((await StreamPeer.connect(station.server.addresses[protocol])).closed, `end of the third, over ${protocol}`);
    }
    expect(station.server.counters().connections).toBe(2);
    for (const peer of [first, second]) peer.socket.destroy();
    await until(() => station.server.counters().connections === 0, 'no connections');
    const phone = await WebPhone.connect(`wss://${formatEndpoint(station.server.addresses.wss ?? ANY)}`);
    phone.hangUpConnection();
  });

  it('is shut down at once, also while peers have connected and say nothing', async () => {
    const server = await startSipServer({
      tls: { ...ANY, ...ours },
      wss: { ...ANY, ...ours },
      ws: ANY,
      control: ANY,
      secret: 'x',
    });
    const { tls, ws, wss } = server.addresses;
    const peers = [await StreamPeer.connect(tls), await StreamPeer.connect(ws), await StreamPeer.connect(wss)];
    await until(() => server.counters().connections === 3, 'connections');
    const startedAt = performance.now();
    await within(server.close(), 'end of the server');
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    await within(Promise.all(peers.map(({ closed }) => closed)), 'end of the connections');
  });

  it('answers keep-alives and requests on one connection', async () => {
    const station = await stations.start({ tls: { ...ANY, ...ours } });
    station.on('options', (_request, response) => response.send(200));
    await routed();
    const socket = connectTls({ ...ANY, port: station.server.addresses.tls?.port ?? 0, ca: ours.ca });
    await within(new Promise((resolve) => socket.once('secureConnect', resolve)), 'handshake');
    const peer = new StreamPeer(socket);
    peer.send('\r\n\r\n');
    await until(() => peer.pongs === 1, 'pong');
    peer.send(requestText('OPTIONS', 'TLS 127.0.0.1'));
    await peer.inbox.expect('200 OPTIONS');
    expect(station.server.counters().connections).toBe(1);
    socket.destroy();
    await until(() => station.server.counters().connections === 0, 'no connections');
  });
});

describe('SIP over IPv6', () => {
  const stations = new Stations();

  afterEach(() => stations.close());

  const onV6 = (): Promise<Station> =>
    stations.start({ udp: ANY_V6, tcp: ANY_V6, tls: { ...ANY_V6, ...ours }, ws: ANY_V6, wss: { ...ANY_V6, ...ours } });

  it('carries calls over UDP, TCP and TLS', async () => {
    const [caller, callee] = [await onV6(), await onV6()];
    const invites = await answerCalls(callee);
    for (const protocol of ['udp', 'tcp', 'tls'] as const) {
      await call(caller, callee.uri('desk', protocol));
      const invite = invites.pop();
      expect(invite?.get('Via')).toContain(`SIP/2.0/${protocol.toUpperCase()} [::1]:`);
      expect(invite?.get('Contact')).toContain('<sip:[::1]:');
    }
  });

  it('serves phones over WS and WSS', async () => {
    const station = await onV6();
    station.on('options', (_request, response) => response.send(200));
    await routed();
    for (const scheme of ['ws', 'wss'] as const) {
      const phone = await WebPhone.connect(`${scheme}://${formatEndpoint(station.server.addresses[scheme] ?? ANY)}`);
      phone.send('OPTIONS', 'sip:example.com', { callId: scheme });
      const answer = await within(phone.expect('200 OPTIONS'), '200');
      expect(answer.headers.get('Via')).toContain(';received=::1');
      phone.hangUpConnection();
    }
  });

  it('answers to the source of a request and says what it was', async () => {
    const station = await onV6();
    station.on('options', (_request, response) => response.send(200));
    await routed();
    const peer = await UdpPeer.open('::1');
    peer.send(requestText('OPTIONS', 'UDP [2001:db8::5];rport'), station.server.addresses.udp);
    const answer = await peer.inbox.expect('200 OPTIONS');
    expect(answer.headers.get('Via')).toContain(`;rport=${peer.address.port};`);
    expect(answer.headers.get('Via')).toContain(';received=::1');
    peer.close();
  });

  it('listens on several addresses at once and leaves by the one of the right family', async () => {
    const both = await stations.start({ udp: [ANY, ANY_V6], tcp: [ANY, ANY_V6] });
    const [four, six] = [await stations.start(), await onV6()];
    expect(both.server.addresses.sip.map(({ protocol, host }) => `${protocol} ${host}`)).toEqual([
      'udp 127.0.0.1',
      'udp ::1',
      'tcp 127.0.0.1',
      'tcp ::1',
      'ws 127.0.0.1',
    ]);
    for (const callee of [four, six]) {
      await answerCalls(callee);
      for (const protocol of ['udp', 'tcp'] as const) await call(both, callee.uri('desk', protocol));
    }
    const refused = four.srf.createUAC(six.uri('desk'), { localSdp: SDP });
    await expectAsync(refused).toBeRejectedWithError('requested protocol/transport not available');
  });
});
