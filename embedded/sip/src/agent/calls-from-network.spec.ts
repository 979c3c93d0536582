import { identityOf } from '../message/sip-message.ts';
import { CallScene, SDP, sentOf } from '../fakes/call-scene.ts';

/** An INVITE arrives and the application accepts it; returns our tag and what the application knows. */
function acceptCall(scene: CallScene) {
  scene.receiveRequest('INVITE', { body: SDP });
  const event = scene.application.take()[0];
  const reply = sentOf(scene.respond(event, 200, ['Content-Type: application/sdp'], SDP));
  return { event, dialogId: reply.dialogId, toTag: identityOf(reply.sent).toTag ?? '' };
}

describe('A call from the network', () => {
  it('is answered 100 at once and absorbs repeated INVITEs', () => {
    const scene = new CallScene();
    scene.receiveRequest('INVITE', { body: SDP });
    scene.receiveRequest('INVITE', { body: SDP });
    expect(scene.peerGot()).toEqual(['100 INVITE', '100 INVITE']);
    expect(scene.applicationGot()).toEqual(['INVITE']);
  });

  it('repeats its 200 from T1 up to T2 until the ACK comes, and hands the ACK over once', () => {
    const scene = new CallScene();
    const { toTag } = acceptCall(scene);
    scene.peerGot();
    scene.clock.advance(500 + 1_000 + 2_000 + 4_000 + 4_000);
    expect(scene.peerGot()).toEqual(Array.from({ length: 5 }, () => '200 INVITE'));
    scene.receiveRequest('ACK', { branch: 'ack', toTag });
    scene.receiveRequest('ACK', { branch: 'ack', toTag });
    scene.clock.advance(20_000);
    expect(scene.peerGot()).toEqual([]);
    expect(scene.applicationGot()).toEqual(['ACK']);
  });

  it('is ended with a BYE on both sides when the ACK is lost for good', async () => {
    const scene = new CallScene();
    acceptCall(scene);
    scene.clock.advance(32_000);
    await Promise.resolve();
    expect(scene.peerGot().at(-1)).toBe('BYE');
    const event = scene.application.take()[0];
    expect(event?.txnId).toBe('unsolicited');
    expect(event?.source).toBe('application');
    expect(event?.message.headers.get('Reason')).toContain('ACK timeout');
    expect(scene.agent.counters().dialogs).toBe(0);
  });

  it('stops repeating its 200 when a BYE overtakes the ACK', () => {
    const scene = new CallScene();
    const { toTag } = acceptCall(scene);
    scene.peerGot();
    scene.receiveRequest('BYE', { seq: 2, toTag });
    const bye = scene.application.take()[0];
    expect(bye?.dialogId).toBe('call-1;from-tag=theirs');
    scene.respond(bye, 200);
    scene.clock.advance(10_000);
    expect(scene.peerGot()).toEqual(['200 BYE']);
  });

  it('holds the application’s BYE back until the ACK is there', async () => {
    const scene = new CallScene();
    const { dialogId, toTag } = acceptCall(scene);
    scene.peerGot();
    sentOf(await scene.request('BYE sip:placeholder', { dialogId }));
    expect(scene.peerGot()).toEqual([]);
    scene.receiveRequest('ACK', { branch: 'ack', toTag });
    const bye = scene.peer.take()[0];
    expect(bye?.kind === 'request' && bye.method).toBe('BYE');
    scene.receiveAnswer(bye ?? sentOf(await scene.request('BYE sip:x', { dialogId })).sent, 200);
    expect(scene.applicationGot()).toEqual(['ACK', '200 BYE']);
    expect(scene.agent.counters().dialogs).toBe(0);
  });

  it('sends a held BYE even if the ACK never comes, and no second one', async () => {
    const scene = new CallScene();
    const { dialogId } = acceptCall(scene);
    sentOf(await scene.request('BYE sip:placeholder', { dialogId }));
    scene.clock.advance(32_000);
    expect(scene.peerGot().filter((name) => name === 'BYE').length).toBe(1);
  });

  it('answers CANCEL and INVITE by itself and refuses the application’s late 487', () => {
    const scene = new CallScene();
    scene.receiveRequest('INVITE', { body: SDP, branch: 'same' });
    const invite = scene.application.take()[0];
    scene.respond(invite, 180);
    scene.receiveRequest('CANCEL', { branch: 'same' });
    expect(scene.peerGot()).toEqual(['100 INVITE', '180 INVITE', '200 CANCEL', '487 INVITE']);
    const cancel = scene.application.take()[0];
    expect(cancel?.txnId).toBe(invite?.txnId ?? '?');
    expect(cancel?.dialogId).toBe('call-1;from-tag=theirs');
    expect(scene.respond(invite, 487)).toEqual({ ok: false, reason: 'Response not sent due to unknown transaction' });
    scene.receiveRequest('ACK', { branch: 'same', toTag: 'x' });
    scene.clock.advance(60_000);
    expect(scene.agent.counters()).toEqual({ transactions: 0, dialogs: 0, flows: 0, connections: 0 });
  });

  it('keeps the call when the CANCEL crosses the 200', () => {
    const scene = new CallScene();
    scene.receiveRequest('INVITE', { body: SDP, branch: 'same' });
    sentOf(scene.respond(scene.application.take()[0], 200, ['Content-Type: application/sdp'], SDP));
    scene.receiveRequest('CANCEL', { branch: 'same' });
    expect(scene.peerGot()).toEqual(['100 INVITE', '200 INVITE', '200 CANCEL']);
    expect(scene.applicationGot()).toEqual([]);
    expect(scene.agent.counters().dialogs).toBe(1);
  });

  it('repeats a refusal until its ACK, which the application never sees', () => {
    const scene = new CallScene();
    scene.receiveRequest('INVITE', { body: SDP, branch: 'same' });
    scene.respond(scene.application.take()[0], 486);
    scene.clock.advance(1_500);
    expect(scene.peerGot()).toEqual(['100 INVITE', '486 INVITE', '486 INVITE', '486 INVITE']);
    scene.receiveRequest('ACK', { branch: 'same', toTag: 'x' });
    scene.clock.advance(20_000);
    expect(scene.peerGot()).toEqual([]);
    expect(scene.applicationGot()).toEqual([]);
    expect(scene.agent.counters().transactions).toBe(0);
  });

  it('lets the application choose the To tag', () => {
    const scene = new CallScene();
    scene.receiveRequest('INVITE', { body: SDP });
    const reply = sentOf(scene.respond(scene.application.take()[0], 180, ['To: <sip:desk@192.0.2.1>;tag=chosen']));
    expect(identityOf(reply.sent).toTag).toBe('chosen');
  });

  it('is given up with a 408 when the application stays silent for 64 s', () => {
    const scene = new CallScene();
    scene.receiveRequest('INVITE', { body: SDP });
    scene.clock.advance(64_000);
    expect(scene.peerGot()).toEqual(jasmine.arrayContaining(['100 INVITE', '408 INVITE']));
  });

  it('repeats its ringing every minute, because proxies give up after three', () => {
    const scene = new CallScene();
    scene.receiveRequest('INVITE', { body: SDP });
    const [invite] = scene.application.take();
    scene.respond(invite, 180);
    scene.peerGot();
    scene.clock.advance(180_000);
    expect(scene.peerGot()).toEqual(['180 INVITE', '180 INVITE', '180 INVITE']);
    scene.respond(invite, 486);
    scene.receiveRequest('ACK', { branch: 'INVITE-1' });
    scene.peerGot();
    scene.clock.advance(180_000);
    expect(scene.peerGot()).toEqual([]);
    expect(scene.clock.runningCount()).toBe(0);
  });

  it('answers 491 to a re-INVITE that meets our own', async () => {
    const scene = new CallScene();
    const { dialogId, toTag } = acceptCall(scene);
    scene.receiveRequest('ACK', { branch: 'ack', toTag });
    sentOf(await scene.request('INVITE sip:placeholder', { dialogId, headers: ['Content-Type: application/sdp'], body: SDP }));
    scene.peerGot();
    scene.receiveRequest('INVITE', { seq: 2, toTag, body: SDP });
    expect(scene.peerGot()).toEqual(['491 INVITE']);
  });

  it('hands a re-INVITE to the application and refuses a second one meanwhile', () => {
    const scene = new CallScene();
    const { toTag } = acceptCall(scene);
    scene.receiveRequest('ACK', { branch: 'ack', toTag });
    scene.applicationGot();
    scene.peerGot();
    scene.receiveRequest('INVITE', { seq: 2, toTag, body: SDP });
    scene.receiveRequest('INVITE', { seq: 3, toTag, body: SDP });
    expect(scene.peerGot()).toEqual(['100 INVITE', '500 INVITE']);
    scene.respond(scene.application.take()[0], 200, ['Content-Type: application/sdp'], SDP);
    scene.receiveRequest('ACK', { seq: 2, branch: 'ack2', toTag });
    expect(scene.peerGot()).toEqual(['200 INVITE']);
    expect(scene.applicationGot()).toEqual(['ACK']);
  });

  it('refuses requests that arrive out of order', () => {
    const scene = new CallScene();
    const { toTag } = acceptCall(scene);
    scene.receiveRequest('ACK', { branch: 'ack', toTag });
    scene.receiveRequest('INFO', { seq: 5, toTag });
    scene.respond(scene.application.take().at(-1), 200);
    scene.peerGot();
    scene.receiveRequest('INFO', { seq: 4, toTag });
    expect(scene.peerGot()).toEqual(['500 INFO']);
  });

  it('is ended with a BYE when its application goes away, and answers 481 from then on', async () => {
    const scene = new CallScene();
    const { toTag } = acceptCall(scene);
    scene.receiveRequest('ACK', { branch: 'ack', toTag });
    scene.peerGot();
    scene.agent.noteClientGone(scene.application);
    await Promise.resolve();
    scene.receiveRequest('BYE', { seq: 2, toTag });
    expect(scene.peerGot()).toEqual(['BYE', '481 BYE']);
    expect(scene.agent.counters().dialogs).toBe(0);
  });

  it('waits for the ACK of its 200 before it is ended for an application that went away', async () => {
    const scene = new CallScene();
    const { toTag } = acceptCall(scene);
    scene.peerGot();
    scene.agent.noteClientGone(scene.application);
    await Promise.resolve();
    expect(scene.peerGot()).toEqual([]);
    scene.receiveRequest('ACK', { branch: 'ack', toTag });
    await Promise.resolve();
    expect(scene.peerGot()).toEqual(['BYE']);
    const silent = new CallScene();
    acceptCall(silent);
    silent.agent.noteClientGone(silent.application);
    silent.clock.advance(32_000);
    await Promise.resolve();
    expect(silent.peerGot().filter((name) => name === 'BYE').length).toBe(1);
    expect(silent.agent.counters().dialogs).toBe(0);
  });

  it('gets a 503 when its application goes away before it is answered', () => {
    const scene = new CallScene();
    scene.receiveRequest('INVITE', { body: SDP });
    scene.respond(scene.application.take()[0], 180);
    scene.peerGot();
    scene.agent.noteClientGone(scene.application);
    expect(scene.peerGot()).toEqual(['503 INVITE']);
    expect(scene.agent.counters().dialogs).toBe(0);
  });
});

describe('A request from the network', () => {
  it('gets 481 when it names a dialog nobody knows', () => {
    const scene = new CallScene();
    scene.receiveRequest('INVITE', { toTag: 'unknown', body: SDP });
    scene.receiveRequest('BYE', { toTag: 'unknown' });
    scene.receiveRequest('BYE', { seq: 2 });
    scene.receiveRequest('CANCEL', { branch: 'unknown' });
    expect(scene.peerGot()).toEqual(['481 INVITE', '481 BYE', '481 BYE', '481 CANCEL']);
    expect(scene.applicationGot()).toEqual([]);
  });

  it('gets 503 without a route, 501 for an unknown method, 405 for SUBSCRIBE, 420 for an unknown extension', () => {
    const scene = new CallScene();
    scene.receiveRequest('PUBLISH');
    scene.receiveRequest('FOO');
    scene.receiveRequest('OPTIONS', { more: ['Require: teleport'] });
    scene.application.isUp = false;
    scene.receiveRequest('SUBSCRIBE');
    scene.receiveRequest('INVITE', { seq: 9, body: SDP });
    const answers = scene.peer.take();
    expect(answers.map((answer) => (answer.kind === 'response' ? answer.status : 0))).toEqual([503, 501, 420, 405, 503]);
    expect(answers[2]?.headers.get('Unsupported')).toBe('teleport');
  });

  it('gets 482 when it arrives a second time by another path', () => {
    const scene = new CallScene();
    scene.receiveRequest('OPTIONS', { branch: 'one' });
    scene.receiveRequest('OPTIONS', { branch: 'two' });
    expect(scene.peerGot()).toEqual(['482 OPTIONS']);
    expect(scene.applicationGot()).toEqual(['OPTIONS']);
  });

  it('without ACK, a stray ACK is dropped in silence', () => {
    const scene = new CallScene();
    scene.receiveRequest('ACK', { toTag: 'unknown' });
    expect(scene.peerGot()).toEqual([]);
    expect(scene.agent.counters().transactions).toBe(0);
  });

  it('is forgotten when nobody answers it in time', () => {
    const scene = new CallScene();
    scene.receiveRequest('OPTIONS');
    const event = scene.application.take()[0];
    scene.clock.advance(32_000);
    expect(scene.agent.counters().transactions).toBe(0);
    expect(scene.respond(event, 200).ok).toBe(false);
    expect(scene.clock.runningCount()).toBe(0);
  });

  it('is answered 400 when malformed but readable', () => {
    const scene = new CallScene();
    scene.receiveRequest('OPTIONS', { more: ['Call-ID: second'] });
    expect(scene.peerGot()).toEqual(['400 OPTIONS']);
    expect(scene.applicationGot()).toEqual([]);
  });
});
