import { Buffer } from 'node:buffer';
import { connect } from 'node:net';
import type Srf from 'drachtio-srf';
import { WebSocket } from 'ws';
import { SDP } from '../fakes/call-scene.ts';
import { requestText, StreamHost, StreamPeer, UdpPeer } from '../fakes/sip-peer.ts';
import { routed, Stations, statusOf, until, within } from '../fakes/srf-station.ts';
import type { Station } from '../fakes/srf-station.ts';
import { responseTo } from '../message/response-to.ts';
import { serialize } from '../message/sip-message.ts';
import type { SipMessage } from '../message/sip-message.ts';
import { DEFAULT_PROTECTION } from './protection.ts';

const LARGE_SDP = `${SDP}${'a=x:0123456789\r\n'.repeat(100)}`;

/** The 200 of a peer. */
function success(request: SipMessage): string {
  if (request.kind !== 'request') throw new Error('not a request');
  const response = responseTo(request, 200, 'OK', 'peer');
  response.headers.add('Contact', '<sip:peer@127.0.0.1>');
  return serialize(response).toString();
}

describe('Connections', () => {
  const stations = new Stations();

  afterEach(() => stations.close());

  const limited = (limits: Partial<typeof DEFAULT_PROTECTION.connections>): Promise<Station> =>
    stations.start({ protection: { trusted: [], connections: { ...DEFAULT_PROTECTION.connections, ...limits } } });

  it('are kept by double CRLFs, which are answered by one, and closed when nothing is heard', async () => {
    const station = await limited({ idleMs: 300 });
    station.on('options', (_request, response) => response.send(200));
    await routed();
    const [kept, silent] = [
      await StreamPeer.connect(station.server.addresses.tcp),
      await StreamPeer.connect(station.server.addresses.tcp),
    ];
    kept.send(requestText('OPTIONS', 'TCP 127.0.0.1', { callId: 'kept' }));
    silent.send(requestText('OPTIONS', 'TCP 127.0.0.1', { callId: 'silent' }));
    await kept.inbox.expect('200 OPTIONS');
    const pinging = setInterval(() => kept.send('\r\n\r\n'), 50);
    await within(silent.closed, 'end of the silent connection');
    await until(() => kept.pongs >= 4, 'pongs');
    await until(() => station.server.counters().connections === 1, 'one left');
    clearInterval(pinging);
    await within(kept.closed, 'end of the other connection');
  });

  it('are read more slowly when they bring nothing but keep-alives, as many as they bring', async () => {
    const rate = { messagesPerS: 1_000, burst: 10 };
    const station = await stations.start({ protection: { trusted: [], rate } });
    const peer = await StreamPeer.connect(station.server.addresses.tcp);
    let pongBytes = 0;
    peer.socket.on('data', (chunk: Buffer) => (pongBytes += chunk.length));
    peer.send('\r\n\r\n'.repeat(200));
    await until(() => pongBytes === 400, 'a pong for each');
    const startedAt = performance.now();
    peer.send(requestText('OPTIONS', 'TCP 127.0.0.1'));
    await peer.inbox.expect('503 OPTIONS');
    expect(performance.now() - startedAt).toBeGreaterThan(100);
    peer.socket.destroy();
  });

  it('are closed when the first message does not come, or comes without end', async () => {
    const station = await limited({ firstMessageMs: 200 });
    const peer = await StreamPeer.connect(station.server.addresses.tcp);
    const dripping = setInterval(() => peer.send('X'), 20);
    const phone = new WebSocket(`ws://127.0.0.1:${station.server.addresses.ws?.port ?? 0}`, 'sip');
    const left = new Promise<void>((resolve) => phone.once('close', () => resolve()));
    await within(Promise.all([peer.closed, left]), 'end of the connections');
    clearInterval(dripping);
    await until(() => station.server.counters().connections === 0, 'no connections');
  });

  it('are closed when a later message comes without end, also with pings in between', async () => {
    const station = await limited({ firstMessageMs: 200 });
    const peer = await StreamPeer.connect(station.server.addresses.tcp);
    peer.send(requestText('OPTIONS', 'TCP 127.0.0.1'));
    await peer.inbox.expect('503 OPTIONS');
    peer.send('OPTIONS sip:x SIP/2.0\r\n');
    const dripping = setInterval(() => peer.send('X: y\r\n'), 20);
    await within(peer.closed, 'end of the connection');
    clearInterval(dripping);
  });

  it('of who is trusted are taken although strangers hold as many as there may be', async () => {
    const connections = { ...DEFAULT_PROTECTION.connections, total: 2 };
    const station = await stations.start({ protection: { trusted: ['127.0.0.1'], connections } });
    const { port } = station.server.addresses.tcp ?? { port: 0 };
    const strangers = [0, 1, 2].map(() => connect({ port, host: '127.0.0.1', localAddress: '127.0.0.2' }));
    for (const socket of strangers) socket.on('error', () => undefined);
    await until(() => strangers.some(({ destroyed }) => destroyed), 'end of the third');
    const peer = await StreamPeer.connect(station.server.addresses.tcp);
    peer.send('\r\n\r\n');
    await until(() => peer.pongs === 1, 'pong');
    for (const socket of [...strangers, peer.socket]) socket.destroy();
  });

  it('that ask and never read are cut off before what waits for them fills the memory', async () => {
    const station = await stations.start();
    const phone = new WebSocket(`ws://127.0.0.1:${station.server.addresses.ws?.port ?? 0}`, 'sip', { autoPong: false });
    phone.on('error', () => undefined);
    await within(new Promise((resolve) => phone.once('open', resolve)), 'phone');
    phone.pause();
    const payload = Buffer.alloc(125);
    const asking = setInterval(() => {
      for (let count = 0; count < 5_000 && phone.bufferedAmount < 8_000_000; count++) phone.ping(payload);
    }, 1);
    const peer = await StreamPeer.connect(station.server.addresses.tcp);
    peer.socket.pause();
    const pinging = setInterval(() => {
      for (let count = 0; count < 10 && peer.socket.writableLength < 8_000_000; count++) peer.send('\r\n\r\n'.repeat(16_000));
    }, 1);
    // Megabytes lie in the kernel's buffers first: no five seconds are promised on a busy machine.
    while (station.server.counters().connections > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    clearInterval(asking);
    clearInterval(pinging);
    phone.terminate();
    peer.socket.destroy();
  }, 30_000);

  it('of browsers are read more slowly too, however many messages come at once', async () => {
    const station = await stations.start({ protection: { trusted: [], rate: { messagesPerS: 100, burst: 5 } } });
    const phone = new WebSocket(`ws://127.0.0.1:${station.server.addresses.ws?.port ?? 0}`, 'sip');
    await within(new Promise((resolve) => phone.once('open', resolve)), 'phone');
    let answers = 0;
    phone.on('message', () => answers++);
    const startedAt = performance.now();
    for (let round = 0; round < 3; round++) {
      for (let count = 0; count < 20; count++) phone.send('\r\n\r\n');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await until(() => answers === 60, 'all pongs');
    expect(performance.now() - startedAt).toBeGreaterThan(300);
    phone.terminate();
  });

  it('of one address are limited, over all transports together', async () => {
    const station = await limited({ perSource: 2 });
    const first = await StreamPeer.connect(station.server.addresses.tcp);
    const phone = new WebSocket(`ws://127.0.0.1:${station.server.addresses.ws?.port ?? 0}`, 'sip');
    await within(new Promise((resolve) => phone.once('open', resolve)), 'phone');
    await within((await StreamPeer.connect(station.server.addresses.tcp)).closed, 'end of the third');
    first.socket.destroy();
    await until(() => station.server.counters().connections === 1, 'one left');
    const next = await StreamPeer.connect(station.server.addresses.tcp);
    next.send('\r\n\r\n');
    await until(() => next.pongs === 1, 'pong');
    phone.terminate();
  });

  it('are hung up on when a stream cannot be followed', async () => {
    const station = await stations.start();
    for (const text of ['OPTIONS sip:a@b SIP/2.0\r\n\r\n', 'OPTIONS sip:a@b SIP/2.0\r\nl: 3\r\nContent-Length: 4\r\n\r\nabcd']) {
      const peer = await StreamPeer.connect(station.server.addresses.tcp);
      peer.send(text);
      await within(peer.closed, 'end of the connection');
    }
    await until(() => station.server.counters().connections === 0, 'no connections');
  });

  it('that break before the answer are replaced by one to the address of the Via', async () => {
    const station = await stations.start();
    const asked = new Promise<() => void>((resolve) => {
      station.on('options', (_request, response) => resolve(() => response.send(200)));
    });
    await routed();
    const host = await StreamHost.open();
    const peer = await StreamPeer.connect(station.server.addresses.tcp);
    peer.send(requestText('OPTIONS', `TCP 127.0.0.1:${host.port}`));
    const answer = await within(asked, 'request');
    peer.socket.destroy();
    await until(() => station.server.counters().connections === 0, 'connection gone');
    answer();
    const returned = await host.next();
    await returned.inbox.expect('200 OPTIONS');
    host.close();
    returned.socket.destroy();
    await until(() => station.server.counters().transactions === 0, 'no transactions');
  });

  it('that break while we wait for an answer fail the request at once', async () => {
    const station = await stations.start({ timers: { t1Ms: 500, t2Ms: 4_000, t4Ms: 5_000 } });
    const host = await StreamHost.open();
    const outcome = statusOf(station.srf.createUAC(`sip:a@127.0.0.1:${host.port};transport=tcp`, { localSdp: SDP }));
    const peer = await host.next();
    await peer.inbox.expect('INVITE');
    peer.socket.destroy();
    expect(await outcome).toBe(503);
    host.close();
  });
});

describe('A request above 1,300 bytes', () => {
  const stations = new Stations();

  afterEach(() => stations.close());

  it('goes over TCP although its URI says UDP, with its ACK and BYE', async () => {
    const [caller, callee] = [await stations.start(), await stations.start()];
    // Both transports of the callee share a port, as RFC 3261 §18.1.1 takes for granted.
    const udp = await UdpPeer.open();
    const host = await StreamHost.open(udp.address.port);
    const outcome = caller.srf.createUAC(`sip:a@127.0.0.1:${host.port}`, { localSdp: LARGE_SDP });
    const peer = await host.next();
    const invite = await peer.inbox.expect('INVITE');
    expect(invite.headers.get('Via')).toContain(`SIP/2.0/TCP 127.0.0.1:${caller.server.addresses.tcp?.port ?? 0};`);
    peer.send(success(invite));
    const dialog: Srf.Dialog = await within(outcome, 'call');
    await peer.inbox.expect('ACK');
    void dialog.destroy();
    peer.send(success(await peer.inbox.expect('BYE')));
    await until(() => caller.server.counters().dialogs === 0, 'no dialogs');
    expect(udp.inbox.messages).toEqual([]);
    expect(callee.server.counters().connections).toBe(0);
    host.close();
    peer.socket.destroy();
    udp.close();
  });

  it('goes over UDP when the peer refuses the connection', async () => {
    const caller = await stations.start();
    const udp = await UdpPeer.open();
    const outcome = caller.srf.createUAC(`sip:a@127.0.0.1:${udp.address.port}`, { localSdp: LARGE_SDP });
    const invite = await udp.inbox.expect('INVITE');
    expect(invite.headers.get('Via')).toContain('SIP/2.0/UDP');
    expect(invite.body.length).toBe(LARGE_SDP.length);
    udp.send(success(invite), caller.server.addresses.udp);
    await within(outcome, 'call');
    await udp.inbox.expect('ACK');
    udp.close();
  });
});
