import { CallScene, SDP, sentOf } from '../fakes/call-scene.ts';
import { identityOf } from '../message/sip-message.ts';

/** An INVITE rings; returns its event, our tag and the dialog id. */
function ring(scene: CallScene) {
  scene.receiveRequest('INVITE', { body: SDP });
  const [invite] = scene.application.take();
  const { sent, dialogId } = sentOf(scene.respond(invite, 183, ['Content-Type: application/sdp'], SDP));
  scene.peer.take();
  return { invite, dialogId, toTag: identityOf(sent).toTag ?? '' };
}

describe('An UPDATE while the call is being set up', () => {
  it('reaches the application under the id of the INVITE, as drachtio-server has it, and so does its answer', () => {
    const scene = new CallScene();
    const { invite, dialogId, toTag } = ring(scene);
    scene.receiveRequest('UPDATE', { seq: 2, toTag, body: SDP });
    const [update] = scene.application.take();
    expect(update?.txnId).toBe(invite?.txnId ?? '?');
    expect(update?.dialogId).toBe(dialogId);
    sentOf(scene.respond(update, 200, ['CSeq: 2 UPDATE', 'Content-Type: application/sdp'], SDP));
    sentOf(scene.respond(invite, 200, ['CSeq: 1 INVITE', 'Content-Type: application/sdp'], SDP));
    expect(scene.peerGot()).toEqual(['200 UPDATE', '200 INVITE']);
  });

  it('is refused 500 with Retry-After while another is open, and answered 500 with the INVITE if the application forgot it', () => {
    const scene = new CallScene();
    const { invite, toTag } = ring(scene);
    scene.receiveRequest('UPDATE', { seq: 2, toTag, body: SDP });
    scene.receiveRequest('UPDATE', { seq: 3, toTag, body: SDP });
    const [refused] = scene.peer.take();
    expect(refused?.kind === 'response' && refused.status).toBe(500);
    expect(refused?.headers.has('Retry-After')).toBeTrue();
    sentOf(scene.respond(invite, 200, ['Content-Type: application/sdp'], SDP));
    expect(scene.peerGot()).toEqual(['500 UPDATE', '200 INVITE']);
  });

  it('ends with the INVITE when the caller cancels', () => {
    const scene = new CallScene();
    const { toTag } = ring(scene);
    scene.receiveRequest('UPDATE', { seq: 2, toTag, body: SDP });
    scene.receiveRequest('CANCEL', { branch: 'INVITE-1' });
    expect(scene.peerGot()).toEqual(['200 CANCEL', '487 UPDATE', '487 INVITE']);
  });

  it('passes in both directions of a call the application makes', async () => {
    const scene = new CallScene();
    sentOf(await scene.request('INVITE sip:resident@192.0.2.9', { body: SDP }));
    const [invite] = scene.peer.take();
    if (invite === undefined) throw new Error('no INVITE');
    scene.receiveAnswer(invite, 183);
    const dialogId = scene.application.take()[0]?.dialogId ?? '';
    const ours = sentOf(await scene.request('UPDATE sip:placeholder', { dialogId, body: SDP }));
    expect(identityOf(ours.sent).cseq.method).toBe('UPDATE');
    const [update] = scene.peer.take();
    if (update === undefined) throw new Error('no UPDATE');
    scene.receive(
      [
        'UPDATE sip:desk@192.0.2.1 SIP/2.0',
        'Via: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bKglare',
        `From: <sip:resident@192.0.2.9>;tag=theirs`,
        `To: <sip:desk@192.0.2.1>;tag=${identityOf(invite).fromTag ?? ''}`,
        `Call-ID: ${identityOf(invite).callId}`,
        'CSeq: 1 UPDATE',
        'Content-Type: application/sdp',
      ],
      SDP,
    );
    expect(scene.peerGot()).toEqual(['491 UPDATE']);
    scene.receiveAnswer(update, 200);
    expect(scene.applicationGot()).toEqual(['200 UPDATE']);
  });
});
