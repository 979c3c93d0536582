import { identityOf } from '../message/sip-message.ts';
import { CallScene, label, SDP, sentOf } from '../fakes/call-scene.ts';

const OFFER = { headers: ['Content-Type: application/sdp', 'From: <sip:0312345678@localhost>'], body: SDP };

/** The application calls the peer; returns the INVITE and what the application knows of it. */
async function placeCall(scene: CallScene) {
  const { sent, txnId } = sentOf(await scene.request(`INVITE sip:resident@192.0.2.9;transport=${scene.peer.protocol}`, OFFER));
  scene.peer.take();
  return { invite: sent, txnId, dialogId: `${identityOf(sent).callId};from-tag=${identityOf(sent).fromTag ?? ''}` };
}

async function establishCall(scene: CallScene) {
  const call = await placeCall(scene);
  scene.receiveAnswer(call.invite, 200);
  sentOf(await scene.request('ACK sip:placeholder', { dialogId: call.dialogId }));
  scene.peer.take();
  scene.application.take();
  return call;
}

describe('A call to the network', () => {
  it('carries what RFC 3261 asks for, with localhost replaced', async () => {
    const scene = new CallScene();
    const { invite } = await placeCall(scene);
    expect(invite.headers.get('Via')).toMatch(/^SIP\/2\.0\/UDP 192\.0\.2\.1:5060;rport;branch=z9hG4bK[0-9a-f]+$/);
    expect(invite.headers.get('From')).toMatch(/^<sip:0312345678@192\.0\.2\.1:5060>;tag=[0-9a-f]+$/);
    expect(invite.headers.get('To')).toBe('<sip:resident@192.0.2.9;transport=udp>');
    expect(invite.headers.get('Contact')).toBe('<sip:192.0.2.1:5060>');
    expect(invite.headers.get('Max-Forwards')).toBe('70');
  });

  it('repeats the INVITE at T1, 2T1, 4T1 … and gives up after 64 T1 with a 408', async () => {
    const scene = new CallScene();
    await placeCall(scene);
    scene.clock.advance(31_999);
    expect(scene.peerGot().length).toBe(6);
    scene.clock.advance(1);
    expect(scene.applicationGot()).toEqual(['408 INVITE']);
    expect(scene.agent.counters().transactions).toBe(0);
  });

  it('reports provisional answers with the dialog id and stops repeating', async () => {
    const scene = new CallScene();
    const { invite, dialogId } = await placeCall(scene);
    scene.receiveAnswer(invite, 180);
    const event = scene.application.take()[0];
    expect(event?.dialogId).toBe(dialogId);
    scene.clock.advance(120_000);
    expect(scene.peerGot()).toEqual([]);
  });

  it('acknowledges a refusal by itself, every time it is repeated, and reports it once', async () => {
    const scene = new CallScene();
    const { invite } = await placeCall(scene);
    scene.receiveAnswer(invite, 486);
    scene.receiveAnswer(invite, 486);
    expect(scene.peerGot()).toEqual(['ACK', 'ACK']);
    expect(scene.applicationGot()).toEqual(['486 INVITE']);
    scene.clock.advance(32_000);
    expect(scene.agent.counters()).toEqual({ transactions: 0, dialogs: 0, flows: 0, connections: 0 });
  });

  it('sends the application’s ACK again for each repeated 200', async () => {
    const scene = new CallScene();
    const { invite, dialogId } = await placeCall(scene);
    scene.receiveAnswer(invite, 200);
    scene.receiveAnswer(invite, 200);
    expect(scene.peerGot()).toEqual([]);
    const ack = sentOf(await scene.request('ACK sip:placeholder', { dialogId }));
    expect(ack.sent.kind === 'request' && ack.sent.uri).toBe('sip:resident@192.0.2.9:5060');
    scene.receiveAnswer(invite, 200);
    expect(scene.peerGot()).toEqual(['ACK', 'ACK']);
    expect(scene.applicationGot()).toEqual(['200 INVITE']);
  });

  it('repeats the ACK even when the BYE is already out', async () => {
    const scene = new CallScene();
    const { invite, dialogId } = await establishCall(scene);
    sentOf(await scene.request('BYE sip:placeholder', { dialogId }));
    scene.receiveAnswer(invite, 200);
    expect(scene.peerGot()).toEqual(['BYE', 'ACK']);
  });

  it('holds a CANCEL until the first provisional answer', async () => {
    const scene = new CallScene();
    const { invite, txnId } = await placeCall(scene);
    const cancel = sentOf(await scene.request('CANCEL sip:x', { txnId }));
    expect(label(cancel.sent)).toBe('CANCEL');
    expect(cancel.txnId).not.toBe(txnId);
    expect(scene.peerGot()).toEqual([]);
    scene.receiveAnswer(invite, 100, { more: [] });
    const sent = scene.peer.take()[0];
    expect(sent?.headers.get('Via')).toBe(invite.headers.get('Via') ?? '?');
    scene.receiveAnswer(sent ?? invite, 200);
    scene.receiveAnswer(invite, 487);
    expect(scene.applicationGot()).toEqual(['100 INVITE', '487 INVITE']);
    expect(scene.peerGot()).toEqual(['ACK']);
  });

  it('sends BYE right after the ACK when the 200 crossed the CANCEL', async () => {
    const scene = new CallScene();
    const { invite, txnId, dialogId } = await placeCall(scene);
    scene.receiveAnswer(invite, 180);
    sentOf(await scene.request('CANCEL sip:x', { txnId }));
    scene.receiveAnswer(invite, 200);
    sentOf(await scene.request('ACK sip:placeholder', { dialogId }));
    await Promise.resolve();
    expect(scene.peerGot()).toEqual(['CANCEL', 'ACK', 'BYE']);
    expect(scene.applicationGot()).toEqual(['180 INVITE', '200 INVITE', 'unsolicited BYE']);
    expect(scene.agent.counters().dialogs).toBe(0);
  });

  it('reports 408 when a cancelled INVITE is never answered', async () => {
    const scene = new CallScene();
    const { invite, txnId } = await placeCall(scene);
    scene.receiveAnswer(invite, 180);
    sentOf(await scene.request('CANCEL sip:x', { txnId }));
    scene.clock.advance(32_000);
    expect(scene.applicationGot()).toEqual(['180 INVITE', '408 INVITE']);
    expect(scene.agent.counters().dialogs).toBe(0);
  });

  it('releases the second party that answers a forked INVITE', async () => {
    const scene = new CallScene();
    const { invite, dialogId } = await placeCall(scene);
    scene.receiveAnswer(invite, 180, { toTag: 'a' });
    scene.receiveAnswer(invite, 180, { toTag: 'b' });
    expect(scene.agent.counters().dialogs).toBe(2);
    scene.receiveAnswer(invite, 200, { toTag: 'b' });
    sentOf(await scene.request('ACK sip:placeholder', { dialogId }));
    scene.receiveAnswer(invite, 200, { toTag: 'a' });
    await Promise.resolve();
    await Promise.resolve();
    expect(scene.peerGot()).toEqual(['ACK', 'ACK', 'BYE']);
    expect(scene.applicationGot()).toEqual(['180 INVITE', '180 INVITE', '200 INVITE']);
    expect(scene.agent.counters().dialogs).toBe(1);
  });

  it('follows the route set and the new target of the 200', async () => {
    const scene = new CallScene();
    const { invite, dialogId } = await placeCall(scene);
    const more = ['Contact: <sip:desk@192.0.2.50>', 'Record-Route: <sip:192.0.2.8;lr>, <sip:192.0.2.9;lr>'];
    scene.receiveAnswer(invite, 200, { more });
    const { sent } = sentOf(await scene.request('ACK sip:placeholder', { dialogId }));
    expect(sent.kind === 'request' && sent.uri).toBe('sip:desk@192.0.2.50');
    expect(sent.headers.getAll('Route')).toEqual(['<sip:192.0.2.9;lr>', '<sip:192.0.2.8;lr>']);
  });

  it('follows the route set before the call is answered', async () => {
    const scene = new CallScene();
    const { invite, dialogId } = await placeCall(scene);
    const more = ['Contact: <sip:resident@192.0.2.9:5060>', 'Record-Route: <sip:192.0.2.8;lr>, <sip:192.0.2.9;lr>'];
    scene.receiveAnswer(invite, 183, { more });
    const { sent } = sentOf(await scene.request('UPDATE sip:placeholder', { dialogId }));
    expect(sent.headers.getAll('Route')).toEqual(['<sip:192.0.2.9;lr>', '<sip:192.0.2.8;lr>']);
  });

  it('repeats the credentials of the INVITE in its ACK', async () => {
    const scene = new CallScene();
    const { sent } = sentOf(
      await scene.request('INVITE sip:resident@192.0.2.9', { headers: ['Proxy-Authorization: Digest x'], body: SDP }),
    );
    scene.receiveAnswer(sent, 200);
    const dialogId = `${identityOf(sent).callId};from-tag=${identityOf(sent).fromTag ?? ''}`;
    const ack = sentOf(await scene.request('ACK sip:placeholder', { dialogId }));
    expect(ack.sent.headers.get('Proxy-Authorization')).toBe('Digest x');
  });

  it('takes the peer’s BYE and lets the application answer it', async () => {
    const scene = new CallScene();
    const { invite, dialogId } = await establishCall(scene);
    const { callId, fromTag } = identityOf(invite);
    const from = 'From: <sip:resident@192.0.2.9>;tag=theirs';
    const to = `To: <sip:0312345678@192.0.2.1>;tag=${fromTag ?? ''}`;
    scene.receive([
      'BYE sip:192.0.2.1 SIP/2.0',
      'Via: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKbye',
      from,
      to,
      `Call-ID: ${callId}`,
      'CSeq: 7 BYE',
    ]);
    const bye = scene.application.take()[0];
    expect(bye?.dialogId).toBe(dialogId);
    scene.respond(bye, 200);
    expect(scene.peerGot()).toEqual(['200 BYE']);
    expect(scene.agent.counters().dialogs).toBe(0);
  });

  it('is over for the application at once when its connection is gone', async () => {
    const scene = new CallScene('ws');
    const { dialogId } = await establishCall(scene);
    scene.peer.isUp = false;
    scene.agent.onFlowClosed(scene.peer);
    sentOf(await scene.request('BYE sip:placeholder', { dialogId }));
    await Promise.resolve();
    expect(scene.applicationGot()).toEqual(['503 BYE']);
    expect(scene.agent.counters().dialogs).toBe(0);
  });

  it('is cancelled, or acknowledged and ended, when the application goes away', async () => {
    const scene = new CallScene();
    const { invite } = await placeCall(scene);
    scene.receiveAnswer(invite, 180);
    scene.application.isUp = false;
    scene.agent.noteClientGone(scene.application);
    expect(scene.peerGot()).toEqual(['CANCEL']);
    scene.receiveAnswer(invite, 200);
    await Promise.resolve();
    await Promise.resolve();
    expect(scene.peerGot()).toEqual(['ACK', 'BYE']);
    expect(scene.agent.counters().dialogs).toBe(0);
  });

  it('gets a BYE that says why when the application goes away in mid-call, and no second one after the application’s own', async () => {
    const scene = new CallScene();
    await establishCall(scene);
    scene.peerGot();
    scene.agent.noteClientGone(scene.application);
    await Promise.resolve();
    const [bye, ...more] = scene.peer.take();
    expect(bye?.kind === 'request' && bye.method).toBe('BYE');
    expect(bye?.headers.get('Reason')).toBe('SIP;cause=503;text="the application is gone"');
    expect(more).toEqual([]);
    expect(scene.agent.counters().dialogs).toBe(0);

    const ending = new CallScene();
    const { dialogId } = await establishCall(ending);
    ending.peerGot();
    const own = sentOf(await ending.request('BYE sip:placeholder', { dialogId }));
    ending.agent.noteClientGone(ending.application);
    await Promise.resolve();
    expect(ending.peerGot()).toEqual(['BYE']);
    ending.receiveAnswer(own.sent, 200);
    expect(ending.agent.counters().dialogs).toBe(0);
  });

  it('is acknowledged and ended when the application goes away between the 200 and its ACK', async () => {
    const scene = new CallScene();
    const { invite } = await placeCall(scene);
    scene.receiveAnswer(invite, 200);
    scene.peerGot();
    scene.agent.noteClientGone(scene.application);
    await Promise.resolve();
    await Promise.resolve();
    expect(scene.peerGot()).toEqual(['ACK', 'BYE']);
    expect(scene.agent.counters().dialogs).toBe(0);
  });
});

describe('A command of the application', () => {
  const refusalOf = async (
    scene: CallScene,
    line: string,
    options: Parameters<CallScene['request']>[1] = {},
  ): Promise<string> => {
    const reply = await scene.request(line, options);
    return reply.ok ? 'accepted' : reply.reason;
  };

  it('is refused with the documented reason', async () => {
    const scene = new CallScene();
    const reasons = [
      await refusalOf(scene, 'BYE sip:placeholder', { dialogId: 'unknown' }),
      await refusalOf(scene, 'CANCEL sip:x', { txnId: 'unknown' }),
      await refusalOf(scene, 'INVITE sip:resident@192.0.2.9;transport=tls'),
      await refusalOf(scene, 'INVITE sip:resident@192.0.2.1'),
      await refusalOf(scene, 'INVITE nonsense'),
      await refusalOf(scene, 'MESSAGE sip:resident@192.0.2.9', { body: 'hello' }),
      await refusalOf(scene, 'SUBSCRIBE sip:resident@192.0.2.9'),
      await refusalOf(scene, 'OPTIONS sip:resident@192.0.2.9', { headers: ['From: "unclosed <sip:a@b>'] }),
    ];
    expect(reasons).toEqual([
      'Server error: unable to find dialog for dialog id provided',
      'unable to cancel unknown transaction id: unknown',
      'requested protocol/transport not available',
      'can not send request to myself',
      'invalid request-uri: it cannot be parsed as a sip uri',
      'missing content-type',
      'SUBSCRIBE is not supported',
      'invalid From',
    ]);
    expect(scene.peerGot()).toEqual([]);
  });

  it('cannot acknowledge what needs no ACK, nor overlap two INVITEs', async () => {
    const scene = new CallScene();
    const { dialogId } = await establishCall(scene);
    expect(await refusalOf(scene, 'ACK sip:placeholder', { dialogId })).toBe('ACK not sent: no 2xx is waiting for it');
    expect(await refusalOf(scene, 'INVITE sip:placeholder', { dialogId, body: SDP })).toBe('accepted');
    expect(await refusalOf(scene, 'INVITE sip:placeholder', { dialogId, body: SDP })).toBe(
      'another INVITE is in progress in this dialog',
    );
  });

  it('drops headers that are not the application’s to set', async () => {
    const scene = new CallScene();
    const headers = [
      'Supported: timer, path, 100rel',
      'Via: SIP/2.0/UDP evil',
      'Route: <sip:evil;lr>',
      'Record-Route: <sip:evil>',
      'x-test: kept',
      'call-id: mine',
      'cseq: 7 OPTIONS',
    ];
    const { sent } = sentOf(await scene.request('OPTIONS sip:resident@192.0.2.9', { headers }));
    expect(sent.headers.getAll('Via').length).toBe(1);
    expect(sent.headers.get('Via')).not.toContain('evil');
    expect(sent.headers.has('Route')).toBeFalse();
    expect(sent.headers.has('Record-Route')).toBeFalse();
    expect(sent.headers.get('Supported')).toBe('timer, path, 100rel');
    expect(sent.headers.get('X-Test')).toBe('kept');
    expect(sent.headers.get('Call-ID')).toBe('mine');
    expect(sent.headers.get('CSeq')).toBe('7 OPTIONS');
  });

  it('gets 408 for a request nobody answers and 503 when it cannot be sent', async () => {
    const scene = new CallScene();
    sentOf(await scene.request('OPTIONS sip:resident@192.0.2.9'));
    scene.clock.advance(32_000);
    expect(scene.applicationGot()).toEqual(['408 OPTIONS']);
    scene.peer.isUp = false;
    sentOf(await scene.request('OPTIONS sip:resident@192.0.2.9'));
    await Promise.resolve();
    expect(scene.applicationGot()).toEqual(['503 OPTIONS']);
  });
});
