import { Buffer } from 'node:buffer';
import { SDP } from '../fakes/call-scene.ts';
import { requestText, StreamPeer, UdpPeer } from '../fakes/sip-peer.ts';
import { routed, Stations, until } from '../fakes/srf-station.ts';
import type { Station } from '../fakes/srf-station.ts';
import { contactUri } from '../dialog/dialog.ts';

const NOBODY_TRUSTED = { trusted: [] };
/** Answers are repeated for 64 T1. */
const QUICK = { t1Ms: 10, t2Ms: 80, t4Ms: 50 };
const SMALL_RATE = { messagesPerS: 20, burst: 5 };

describe('Strangers', () => {
  const stations = new Stations();
  const peers: UdpPeer[] = [];

  afterEach(async () => {
    for (const peer of peers.splice(0)) peer.close();
    await stations.close();
  });

  async function aPeer(): Promise<UdpPeer> {
    const peer = await UdpPeer.open();
    peers.push(peer);
    return peer;
  }

  async function answering(protection: object): Promise<Station> {
    const station = await stations.start({ protection });
    station.on('options', (_request, response) => response.send(200));
    await routed();
    return station;
  }

  const ask = (peer: UdpPeer, station: Station, seq: number, more: readonly string[] = []): void =>
    peer.send(requestText('OPTIONS', 'UDP 127.0.0.1;rport', { seq, callId: `call-${seq}`, more }), station.server.addresses.udp);

  it('that say too much over UDP are not heard until they have been quiet for a while', async () => {
    const station = await answering({ ...NOBODY_TRUSTED, rate: SMALL_RATE });
    const peer = await aPeer();
    for (let seq = 1; seq <= 40; seq++) ask(peer, station, seq);
    await until(() => peer.inbox.messages.length >= SMALL_RATE.burst, 'answers');
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(peer.inbox.messages.length).toBeLessThan(SMALL_RATE.burst + 10);
    const before = peer.inbox.messages.length;
    ask(peer, station, 100);
    await until(() => peer.inbox.messages.length > before, 'answer after the pause');
  });

  it('that say too much on a connection are read more slowly and lose nothing', async () => {
    const station = await answering({ ...NOBODY_TRUSTED, rate: { messagesPerS: 50, burst: 5 } });
    const peer = await StreamPeer.connect(station.server.addresses.tcp);
    const startedAt = performance.now();
    for (let seq = 1; seq <= 30; seq++) {
      peer.send(requestText('OPTIONS', 'TCP 127.0.0.1', { seq, callId: `call-${seq}` }));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until(() => peer.inbox.messages.length === 30, 'all answers');
    ask(await aPeer(), station, 99);
    peer.send(requestText('OPTIONS', 'TCP 127.0.0.1', { seq: 31, callId: 'last' }));
    await until(() => peer.inbox.messages.length === 31, 'the last answer');
    expect(performance.now() - startedAt).toBeGreaterThan(300);
    peer.socket.destroy();
  });

  it('that are trusted are heard at any rate', async () => {
    const station = await answering({ trusted: ['127.0.0.0/8'], rate: SMALL_RATE });
    const peer = await aPeer();
    for (let seq = 1; seq <= 40; seq++) ask(peer, station, seq);
    await until(() => peer.inbox.messages.length === 40, 'all answers');
  });

  it('that scan get no answer at all, unless the server is told to give one', async () => {
    const hostile = [['User-Agent: friendly-scanner'], ['User-Agent: sipvicious/0.3'], ['Subject: x\r\nUser-Agent: SIPCLI/1.8']];
    for (const dropScanners of [true, false]) {
      const station = await answering({ dropScanners });
      const peer = await aPeer();
      for (const [index, more] of hostile.entries()) ask(peer, station, index + 1, more);
      const broken = requestText('OPTIONS', 'UDP 127.0.0.1;rport', { callId: 'broken', more: ['User-Agent: friendly-scanner'] });
      peer.send(broken.replace('Max-Forwards: 70', 'Max-Forwards: x'), station.server.addresses.udp);
      ask(peer, station, 50, ['User-Agent: a phone']);
      await until(() => peer.inbox.messages.length === (dropScanners ? 1 : 5), 'answers');
      expect(peer.inbox.messages.some(({ headers }) => headers.get('Call-ID') === 'call-50')).toBeTrue();
    }
  });

  it('that forge their address cannot turn the server against its owner', async () => {
    const station = await stations.start({ protection: NOBODY_TRUSTED, timers: QUICK });
    station.on('invite', (request, response) => {
      response.send(180);
      return station.srf.createUAS(request, response, { localSdp: SDP }).catch(() => undefined);
    });
    await routed();
    // The owner of the address never sent this and answers nothing.
    const victim = await aPeer();
    const invite = requestText('INVITE', 'UDP 127.0.0.1;rport', { body: SDP });
    victim.send(invite, station.server.addresses.udp);
    await until(() => station.server.counters().dialogs === 1, 'call');
    await until(() => station.server.counters().dialogs + station.server.counters().transactions === 0, 'end of the call');
    expect(victim.inbox.messages.length).toBeGreaterThan(2);
    expect(victim.inbox.bytes).toBeLessThan(2_000 + 3 * invite.length);
  });

  it('that answer are known to be real: what was lost is repeated for them as often as needed', async () => {
    const station = await stations.start({ protection: NOBODY_TRUSTED, timers: QUICK });
    station.on('invite', (request, response) =>
      station.srf.createUAS(request, response, { localSdp: SDP }).catch(() => undefined),
    );
    await routed();
    const peer = await aPeer();
    const call = (callId: string): string => requestText('INVITE', 'UDP 127.0.0.1;rport', { body: SDP, callId });
    peer.send(call('one'), station.server.addresses.udp);
    const success = await peer.inbox.expect('200 INVITE');
    const ack = requestText('ACK', 'UDP 127.0.0.1;rport', { uri: contactUri(success) ?? '', callId: 'one' });
    const to = success.headers.get('To') ?? '';
    peer.send(ack.replace(/^To: .*$/m, `To: ${to}`), station.server.addresses.udp);
    await until(() => station.server.counters().transactions === 0, 'end of the INVITE');
    const before = peer.inbox.bytes;
    peer.send(call('two'), station.server.addresses.udp);
    await until(() => station.server.counters().dialogs === 2, 'second call');
    await until(() => station.server.counters().dialogs === 1, 'end of the second call');
    expect(peer.inbox.bytes - before).toBeGreaterThan(2_000 + 3 * call('two').length);
  });

  it('that speak STUN or send blanks get no answer', async () => {
    const station = await answering({});
    const peer = await aPeer();
    const stun = Buffer.from('000100002112a442000102030405060708090a0b', 'hex');
    for (const bytes of [stun, Buffer.from('\r\n\r\n'), Buffer.from([0]), Buffer.from('nonsense')]) {
      peer.send(bytes, station.server.addresses.udp);
    }
    ask(peer, station, 1);
    await peer.inbox.expect('200 OPTIONS');
    expect(peer.inbox.messages).toEqual([]);
  });
});
