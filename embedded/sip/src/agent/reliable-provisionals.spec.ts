import { CallScene, label, SDP, sentOf } from '../fakes/call-scene.ts';
import type { SipMessage } from '../message/sip-message.ts';
import { identityOf } from '../message/sip-message.ts';

const RELIABLE = ['Require: 100rel', 'Content-Type: application/sdp'];

/** An INVITE of a caller that does 100rel arrives; returns its event. */
function receiveInvite(scene: CallScene, more: readonly string[] = ['Supported: 100rel']) {
  scene.receiveRequest('INVITE', { body: SDP, more });
  const [event] = scene.application.take();
  scene.peerGot();
  return event;
}

/** The reliable response the peer got last: its RSeq and our tag. */
function reliableOf(messages: readonly SipMessage[]): { rseq: number; toTag: string } {
  const message = messages.filter((each) => each.headers.has('RSeq')).at(-1);
  if (message === undefined) throw new Error('no reliable response');
  return { rseq: Number(message.headers.get('RSeq')), toTag: identityOf(message).toTag ?? '' };
}

describe('A reliable provisional response of the application', () => {
  it('is repeated from T1, doubling, until its PRACK, which the application answers', () => {
    const scene = new CallScene();
    const invite = receiveInvite(scene);
    const reply = sentOf(scene.respond(invite, 183, RELIABLE, SDP));
    expect(reply.sent.headers.get('RSeq')).toMatch(/^\d+$/);
    expect(reply.dialogId).toBe('call-1;from-tag=theirs');
    scene.clock.advance(500 + 1_000 + 2_000);
    const sent = scene.peer.take();
    expect(sent.map(label)).toEqual(Array.from({ length: 4 }, () => '183 INVITE'));
    const { rseq, toTag } = reliableOf(sent);
    scene.receiveRequest('PRACK', { seq: 2, toTag, more: [`RAck: ${rseq} 1 INVITE`] });
    scene.clock.advance(20_000);
    const [prack] = scene.application.take();
    expect(prack?.dialogId).toBe(reply.dialogId);
    expect(prack?.txnId).not.toBe(invite?.txnId);
    scene.respond(prack, 200);
    expect(scene.peerGot()).toEqual(['200 PRACK']);
    scene.respond(invite, 200, ['Content-Type: application/sdp'], SDP);
    expect(scene.peerGot()).toEqual(['200 INVITE']);
  });

  it('is refused to the application when the caller does not do 100rel', () => {
    const scene = new CallScene();
    const invite = receiveInvite(scene, []);
    expect(scene.respond(invite, 183, RELIABLE, SDP)).toEqual({ ok: false, reason: 'Remote endpoint does not support 100rel' });
    expect(scene.peerGot()).toEqual([]);
  });

  it('waits for the PRACK of the one before, and the 2xx waits for both when a session description is on its way', () => {
    const scene = new CallScene();
    const invite = receiveInvite(scene);
    scene.respond(invite, 183, RELIABLE, SDP);
    scene.respond(invite, 180, RELIABLE);
    expect(sentOf(scene.respond(invite, 200, ['Content-Type: application/sdp'], SDP)).sent.kind).toBe('response');
    const first = scene.peer.take();
    expect(first.map(label)).toEqual(['183 INVITE']);
    const { rseq, toTag } = reliableOf(first);
    scene.receiveRequest('PRACK', { seq: 2, toTag, more: [`RAck: ${rseq} 1 INVITE`] });
    const second = scene.peer.take();
    expect(second.map(label)).toEqual(['180 INVITE']);
    expect(reliableOf(second).rseq).toBe(rseq + 1);
    scene.receiveRequest('PRACK', { seq: 3, toTag, more: [`RAck: ${rseq + 1} 1 INVITE`] });
    expect(scene.peerGot()).toEqual(['200 INVITE']);
    scene.receiveRequest('ACK', { branch: 'ack', toTag });
    expect(scene.applicationGot()).toEqual(['PRACK', 'PRACK', 'ACK']);
  });

  it('does not hold a 2xx back when it carried no session description, and still takes its PRACK', () => {
    const scene = new CallScene();
    const invite = receiveInvite(scene);
    scene.respond(invite, 180, ['Require: 100rel']);
    scene.respond(invite, 200, ['Content-Type: application/sdp'], SDP);
    const sent = scene.peer.take();
    expect(sent.map(label)).toEqual(['180 INVITE', '200 INVITE']);
    const { rseq, toTag } = reliableOf(sent);
    scene.receiveRequest('PRACK', { seq: 2, toTag, more: [`RAck: ${rseq} 1 INVITE`] });
    expect(scene.applicationGot()).toEqual(['PRACK']);
  });

  it('refuses a PRACK that matches nothing with 481: a wrong RSeq, a wrong CSeq, one a second time, one outside dialogs', () => {
    const scene = new CallScene();
    scene.respond(receiveInvite(scene), 183, RELIABLE, SDP);
    const { rseq, toTag } = reliableOf(scene.peer.take());
    scene.receiveRequest('PRACK', { seq: 2, toTag, more: [`RAck: ${rseq + 1} 1 INVITE`] });
    scene.receiveRequest('PRACK', { seq: 3, toTag, more: [`RAck: ${rseq} 7 INVITE`] });
    scene.receiveRequest('PRACK', { seq: 4, toTag, more: ['RAck: nonsense'] });
    scene.receiveRequest('PRACK', { seq: 5, toTag, more: [`RAck: ${rseq} 1 INVITE`] });
    scene.receiveRequest('PRACK', { seq: 6, toTag, more: [`RAck: ${rseq} 1 INVITE`] });
    scene.receiveRequest('PRACK', { seq: 7, more: [`RAck: ${rseq} 1 INVITE`] });
    expect(scene.peerGot()).toEqual(['481 PRACK', '481 PRACK', '481 PRACK', '481 PRACK', '481 PRACK']);
    expect(scene.applicationGot()).toEqual(['PRACK']);
  });

  it('ends the call with 504 when no PRACK comes for 64·T1, and tells the application', () => {
    const scene = new CallScene();
    const invite = receiveInvite(scene);
    scene.respond(invite, 183, RELIABLE, SDP);
    scene.clock.advance(32_000);
    expect(scene.peerGot().slice(-2)).toEqual(['183 INVITE', '504 INVITE']);
    expect(scene.applicationGot()).toEqual(['CANCEL']);
    expect(scene.respond(invite, 200, [], SDP)).toEqual({ ok: false, reason: 'Response not sent due to unknown transaction' });
    scene.clock.advance(70_000);
    expect(scene.agent.counters()).toEqual({ transactions: 0, dialogs: 0, flows: 0, connections: 0 });
    expect(scene.clock.runningCount()).toBe(0);
  });

  it('takes the answered call back with a BYE when the PRACK its 200 waited for never comes', () => {
    const scene = new CallScene();
    const invite = receiveInvite(scene);
    scene.respond(invite, 183, RELIABLE, SDP);
    scene.respond(invite, 200, ['Content-Type: application/sdp'], SDP);
    scene.clock.advance(32_000);
    expect(scene.peerGot().at(-1)).toBe('504 INVITE');
    expect(scene.applicationGot()).toEqual(['unsolicited BYE']);
    expect(scene.agent.counters().dialogs).toBe(0);
  });

  it('is made reliable for a caller that requires it, and its PRACK answered, without the application knowing', () => {
    const scene = new CallScene();
    const invite = receiveInvite(scene, ['Require: 100rel']);
    sentOf(scene.respond(invite, 180));
    const sent = scene.peer.take();
    expect(sent[0]?.headers.get('Require')).toBe('100rel');
    const { rseq, toTag } = reliableOf(sent);
    scene.receiveRequest('PRACK', { seq: 2, toTag, more: [`RAck: ${rseq} 1 INVITE`] });
    expect(scene.peerGot()).toEqual(['200 PRACK']);
    expect(scene.applicationGot()).toEqual([]);
  });

  it('stops when the caller cancels', () => {
    const scene = new CallScene();
    scene.respond(receiveInvite(scene), 183, RELIABLE, SDP);
    scene.receiveRequest('CANCEL', { branch: 'INVITE-1' });
    scene.peerGot();
    scene.receiveRequest('ACK', { branch: 'INVITE-1' });
    scene.clock.advance(30_000);
    expect(scene.peerGot()).toEqual([]);
  });
});

describe('A reliable provisional response of the peer', () => {
  it('reaches the application once, in order, and its PRACK goes out with the RAck', async () => {
    const scene = new CallScene();
    const reply = sentOf(
      await scene.request('INVITE sip:resident@192.0.2.9', { body: SDP, headers: ['Supported: 100rel', 'CSeq: 7 INVITE'] }),
    );
    const [invite] = scene.peer.take();
    if (invite === undefined) throw new Error('no INVITE');
    const reliable = (rseq: number): void =>
      scene.receiveAnswer(invite, 183, {
        more: ['Contact: <sip:resident@192.0.2.9:5060>', 'Require: 100rel', `RSeq: ${rseq}`],
      });
    reliable(41);
    reliable(41);
    reliable(43);
    const events = scene.application.take();
    expect(events.map(({ message }) => label(message))).toEqual(['183 INVITE']);
    const dialogId = events[0]?.dialogId ?? '';
    const prack = sentOf(await scene.request('PRACK sip:placeholder', { dialogId, headers: ['RAck: 41 7 INVITE'] }));
    expect(prack.sent.headers.get('CSeq')).toBe('8 PRACK');
    const [sent] = scene.peer.take();
    expect(sent?.headers.get('RAck')).toBe('41 7 INVITE');
    if (sent !== undefined) scene.receiveAnswer(sent, 200);
    reliable(42);
    expect(scene.applicationGot()).toEqual(['200 PRACK', '183 INVITE']);
    expect(await scene.request('PRACK sip:placeholder', { dialogId, headers: ['RAck: 40 7 INVITE'] })).toEqual({
      ok: false,
      reason: 'PRACK not sent: no provisional response is waiting for it',
    });
    expect(reply.txnId).not.toBe('');
  });

  it('is acknowledged in the branch of the fork it came from', async () => {
    const scene = new CallScene();
    sentOf(await scene.request('INVITE sip:resident@192.0.2.9', { body: SDP, headers: ['Supported: 100rel'] }));
    const [invite] = scene.peer.take();
    if (invite === undefined) throw new Error('no INVITE');
    for (const [toTag, rseq] of [
      ['left', 5],
      ['right', 900],
    ] as const) {
      scene.receiveAnswer(invite, 183, { toTag, more: ['Contact: <sip:r@192.0.2.9>', 'Require: 100rel', `RSeq: ${rseq}`] });
    }
    const dialogId = scene.application.take()[0]?.dialogId ?? '';
    const seq = identityOf(invite).cseq.number;
    const reply = sentOf(await scene.request('PRACK sip:placeholder', { dialogId, headers: [`RAck: 900 ${seq} INVITE`] }));
    expect(identityOf(reply.sent).toTag).toBe('right');
  });
});
