import { Buffer } from 'node:buffer';
import { CallScene, SDP, sentOf } from '../fakes/call-scene.ts';
import { FakeTransport } from '../fakes/fake-transport.ts';
import { parseMessage } from '../message/parser.ts';
import { identityOf } from '../message/sip-message.ts';

const settle = async (): Promise<void> => {
  for (let round = 0; round < 5; round++) await Promise.resolve();
};

/** An INVITE arrives and is accepted and acknowledged; returns our tag. */
function establish(scene: CallScene, offer: readonly string[] = []): string {
  scene.receiveRequest('INVITE', { body: SDP, more: offer });
  const [event] = scene.application.take();
  const { sent } = sentOf(scene.respond(event, 200, ['Content-Type: application/sdp'], SDP));
  const toTag = identityOf(sent).toTag ?? '';
  scene.receiveRequest('ACK', { branch: 'ack', toTag });
  scene.application.take();
  scene.peer.take();
  return toTag;
}

describe('A hostile party', () => {
  it('cannot have its session refreshed at every moment by an interval of one second', async () => {
    const scene = new CallScene();
    establish(scene, ['Session-Expires: 1']);
    scene.clock.advance(44_999);
    await settle();
    expect(scene.peerGot()).toEqual([]);
    scene.clock.advance(1);
    await settle();
    expect(scene.peerGot()).toEqual(['INVITE']);
  });

  it('cannot cancel the call of somebody at another address, even if it knows the branch', () => {
    const scene = new CallScene();
    scene.receiveRequest('INVITE', { body: SDP });
    scene.application.take();
    scene.peer.take();
    const elsewhere = new FakeTransport('udp').open({ host: '192.0.2.66', port: 5060 });
    const cancel = [
      'CANCEL sip:desk@192.0.2.1 SIP/2.0',
      'Via: SIP/2.0/UDP 192.0.2.9:5060;rport;branch=z9hG4bKINVITE-1',
      'Max-Forwards: 70',
      'From: <sip:resident@192.0.2.9>;tag=theirs',
      'To: <sip:desk@192.0.2.1>',
      'Call-ID: call-1',
      'CSeq: 1 CANCEL',
      'Content-Length: 0',
    ];
    scene.agent.transports.onBytes(Buffer.from([...cancel, '', ''].join('\r\n')), elsewhere);
    expect(elsewhere.take()).toEqual([]);
    expect(scene.applicationGot()).toEqual([]);
    scene.receiveRequest('CANCEL', { branch: 'INVITE-1' });
    expect(scene.peerGot()).toEqual(['200 CANCEL', '487 INVITE']);
  });

  it('that is called cannot pretend to be more than 32 parties, ringing or answering', async () => {
    const scene = new CallScene();
    const invite = sentOf(await scene.request('INVITE sip:resident@192.0.2.9', { body: SDP })).sent;
    for (let tag = 0; tag < 200; tag++) scene.receiveAnswer(invite, 180, { toTag: `early-${tag}` });
    expect(scene.agent.counters().dialogs).toBe(32);
    expect(scene.applicationGot().length).toBe(32);
    scene.receiveAnswer(invite, 200, { toTag: 'early-1' });
    scene.application.take();
    scene.peer.take();
    for (let tag = 0; tag < 200; tag++) scene.receiveAnswer(invite, 200, { toTag: `late-${tag}` });
    await settle();
    expect(scene.peerGot()).toEqual([]);
    expect(scene.agent.counters().dialogs).toBe(1);
  });

  it('cannot end, change or answer a call whose tags and branches it has to guess', async () => {
    const scene = new CallScene();
    establish(scene);
    for (const [index, method] of ['BYE', 'INVITE', 'UPDATE', 'INFO', 'PRACK'].entries()) {
      scene.receiveRequest(method, { seq: 10 + index, toTag: 'guess', body: method === 'INVITE' ? SDP : '' });
      expect(scene.peerGot())
        .withContext(method)
        .toEqual([`481 ${method}`]);
    }
    const invite = sentOf(await scene.request('INVITE sip:resident@192.0.2.9', { body: SDP })).sent;
    scene.peer.take();
    for (const status of [180, 200, 486, 603]) {
      const forged = invite.headers.copy().set('Via', 'SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKguess');
      scene.receiveAnswer({ ...invite, headers: forged }, status);
    }
    expect(scene.applicationGot()).toEqual([]);
    expect(scene.agent.counters().dialogs).toBe(1);
  });

  it('cannot put other fields before the application by its Call-ID or tag', () => {
    for (const [callId, tag] of [
      ['call|evil', 'theirs'],
      ['call-1', 'th|eirs'],
      ['call 1', 'theirs'],
      ['call-1', '"a b"'],
      ['c\u00e4ll', 'theirs'],
    ]) {
      const lines = [
        'INVITE sip:desk@192.0.2.1 SIP/2.0',
        'Via: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bKx',
        `From: <sip:resident@192.0.2.9>;tag=${tag}`,
        'To: <sip:desk@192.0.2.1>',
        `Call-ID: ${callId}`,
        'CSeq: 1 INVITE',
      ];
      const outcome = parseMessage(Buffer.from([...lines, '', ''].join('\r\n')));
      expect(outcome.ok ? 'taken' : outcome.status)
        .withContext(`${callId} ${tag}`)
        .toBe(400);
    }
  });
});
