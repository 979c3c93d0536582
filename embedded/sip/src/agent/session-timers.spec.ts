import { CallScene, label, SDP, sentOf } from '../fakes/call-scene.ts';
import { identityOf } from '../message/sip-message.ts';
import type { SipMessage } from '../message/sip-message.ts';

const TIMER = 'Supported: timer';

/** An INVITE arrives and is accepted; returns our tag and the 200. */
function accept(scene: CallScene, offer: readonly string[], own: readonly string[] = []) {
  scene.receiveRequest('INVITE', { body: SDP, more: offer });
  const [event] = scene.application.take();
  const { sent, dialogId } = sentOf(scene.respond(event, 200, ['Content-Type: application/sdp', ...own], SDP));
  const toTag = identityOf(sent).toTag ?? '';
  scene.receiveRequest('ACK', { branch: 'ack', toTag });
  scene.application.take();
  scene.peer.take();
  return { sent, dialogId, toTag };
}

/** The application calls and the peer accepts with these headers. */
async function call(scene: CallScene, answer: readonly string[]) {
  sentOf(await scene.request('INVITE sip:resident@192.0.2.9', { body: SDP, headers: ['Session-Expires: 200', TIMER] }));
  scene.receiveAnswer(take(scene), 200, { more: ['Contact: <sip:resident@192.0.2.9:5060>', ...answer] });
  const dialogId = scene.application.take()[0]?.dialogId ?? '';
  sentOf(await scene.request('ACK sip:placeholder', { dialogId }));
  scene.peer.take();
  return dialogId;
}

function take(scene: CallScene): SipMessage {
  const message = scene.peer.take().at(-1);
  if (message === undefined) throw new Error('the peer got nothing');
  return message;
}

const settle = async (): Promise<void> => {
  for (let round = 0; round < 5; round++) await Promise.resolve();
};

describe('The session timer of a call from the network', () => {
  it('is granted as offered, the caller refreshing unless it says otherwise', () => {
    const granted = (offer: readonly string[], own: readonly string[] = []): (string | undefined)[] => {
      const { sent } = accept(new CallScene(), offer, own);
      return [sent.headers.get('Session-Expires'), sent.headers.get('Require')];
    };
    expect(granted([TIMER, 'Session-Expires: 120'])).toEqual(['120;refresher=uac', 'timer']);
    expect(granted([TIMER, 'x: 120;refresher=uas'])).toEqual(['120;refresher=uas', undefined]);
    expect(granted(['Session-Expires: 120;refresher=uac'])).toEqual(['120;refresher=uas', undefined]);
    expect(granted([TIMER, 'Session-Expires: 1800'], ['Session-Expires: 300;refresher=uas'])).toEqual([
      '300;refresher=uas',
      undefined,
    ]);
    expect(granted([TIMER, 'Session-Expires: 300'], ['Session-Expires: 1800'])).toEqual(['300;refresher=uac', 'timer']);
    expect(granted([TIMER], ['Session-Expires: 300'])).toEqual(['300;refresher=uac', 'timer']);
    expect(granted([TIMER])).toEqual([undefined, undefined]);
  });

  it('is refused with 422 and Min-SE when it is too short', () => {
    const scene = new CallScene();
    scene.receiveRequest('INVITE', { body: SDP, more: [TIMER, 'Session-Expires: 89'] });
    const answer = take(scene);
    expect(label(answer)).toBe('422 INVITE');
    expect(answer.headers.get('Min-SE')).toBe('90');
    expect(scene.applicationGot()).toEqual([]);
  });

  it('hangs up on both sides, a third of the interval or 32 s early, when the caller does not refresh', async () => {
    const scene = new CallScene();
    accept(scene, [TIMER, 'Session-Expires: 300']);
    scene.clock.advance(267_999);
    await settle();
    expect(scene.peerGot()).toEqual([]);
    scene.clock.advance(1);
    await settle();
    expect(scene.peerGot()).toEqual(['BYE']);
    const [event] = scene.application.take();
    expect(event?.txnId).toBe('unsolicited');
    expect(event?.message.headers.get('Reason')).toContain('Session timer expired');
    expect(scene.agent.counters().dialogs).toBe(0);
  });

  it('runs anew with every refresh, by re-INVITE or by UPDATE, and goes on when the refresh says nothing of it', async () => {
    const scene = new CallScene();
    const { toTag } = accept(scene, [TIMER, 'Session-Expires: 90']);
    scene.clock.advance(50_000);
    scene.receiveRequest('INVITE', { seq: 2, toTag, body: SDP, more: [TIMER, 'Session-Expires: 90;refresher=uac'] });
    const [reinvite] = scene.application.take();
    const reply = sentOf(scene.respond(reinvite, 200, ['Content-Type: application/sdp'], SDP));
    expect(reply.sent.headers.get('Session-Expires')).toBe('90;refresher=uac');
    scene.receiveRequest('ACK', { seq: 2, branch: 'ack2', toTag });
    scene.clock.advance(50_000);
    scene.receiveRequest('UPDATE', { seq: 3, toTag, more: [TIMER, 'Session-Expires: 90;refresher=uac'] });
    const update = sentOf(scene.respond(scene.application.take().at(-1), 200));
    expect(update.sent.headers.get('Session-Expires')).toBe('90;refresher=uac');
    scene.clock.advance(50_000);
    scene.receiveRequest('UPDATE', { seq: 4, toTag, more: [TIMER] });
    expect(sentOf(scene.respond(scene.application.take().at(-1), 200)).sent.headers.get('Session-Expires')).toBe(
      '90;refresher=uac',
    );
    scene.clock.advance(59_000);
    await settle();
    expect(scene.peerGot()).not.toContain('BYE');
    scene.clock.advance(1_000);
    await settle();
    expect(scene.peerGot()).toEqual(['BYE']);
  });

  it('refuses a refresh that is too short and keeps the interval that stood', () => {
    const scene = new CallScene();
    const { toTag } = accept(scene, [TIMER, 'Session-Expires: 90']);
    scene.receiveRequest('UPDATE', { seq: 2, toTag, more: [TIMER, 'Session-Expires: 20'] });
    expect(scene.peerGot()).toEqual(['422 UPDATE']);
  });
});

describe('The session timer of a call to the network', () => {
  it('has us refresh at half time with the same session description, unnoticed by the application', async () => {
    const scene = new CallScene();
    await call(scene, ['Session-Expires: 200;refresher=uac', 'Require: timer']);
    for (let round = 0; round < 3; round++) {
      scene.clock.advance(100_000);
      await settle();
      const refresh = take(scene);
      expect(label(refresh)).toBe('INVITE');
      expect(refresh.headers.get('Session-Expires')).toBe('200;refresher=uac');
      expect(refresh.body.toString()).toBe(SDP);
      const more = ['Contact: <sip:resident@192.0.2.9:5060>', 'Session-Expires: 200;refresher=uac'];
      scene.receiveAnswer(refresh, 200, { more });
      scene.receiveAnswer(refresh, 200, { more });
      expect(scene.peerGot()).toEqual(['ACK', 'ACK']);
    }
    expect(scene.applicationGot()).toEqual([]);
    expect(scene.agent.counters().dialogs).toBe(1);
  });

  it('hangs up when the refresh is refused or stays without an answer', async () => {
    for (const status of [481, undefined]) {
      const scene = new CallScene();
      await call(scene, ['Session-Expires: 200']);
      scene.clock.advance(100_000);
      await settle();
      if (status === undefined) scene.clock.advance(32_000);
      else scene.receiveAnswer(take(scene), status);
      await settle();
      expect(scene.peerGot().at(-1)).toBe('BYE');
      expect(scene.applicationGot()).toEqual(['unsolicited BYE']);
      scene.clock.advance(70_000);
      expect(scene.agent.counters()).toEqual({ transactions: 0, dialogs: 0, flows: 0, connections: 0 });
    }
  });

  it('tries again after a 491, and with a longer interval after a 422', async () => {
    const scene = new CallScene();
    await call(scene, ['Session-Expires: 200']);
    scene.clock.advance(100_000);
    await settle();
    scene.receiveAnswer(take(scene), 491);
    scene.peer.take();
    scene.clock.advance(3_000);
    await settle();
    const second = take(scene);
    scene.receiveAnswer(second, 422, { more: ['Min-SE: 600'] });
    await settle();
    const third = take(scene);
    expect(third.headers.get('Session-Expires')).toBe('600;refresher=uac');
    expect(third.headers.get('Min-SE')).toBe('600');
  });

  it('waits for the peer’s refresh when that is agreed', async () => {
    const scene = new CallScene();
    await call(scene, ['Session-Expires: 90;refresher=uas']);
    scene.clock.advance(60_000);
    await settle();
    expect(scene.peerGot()).toEqual(['BYE']);
  });

  it('lets a re-INVITE of the application refresh as well, and wait for a refresh that is under way', async () => {
    const scene = new CallScene();
    const dialogId = await call(scene, ['Session-Expires: 200']);
    const first = sentOf(await scene.request('INVITE sip:placeholder', { dialogId, body: SDP }));
    expect(first.sent.headers.get('Session-Expires')).toBe('200;refresher=uac');
    scene.receiveAnswer(take(scene), 200, { more: ['Contact: <sip:resident@192.0.2.9>', 'Session-Expires: 200'] });
    sentOf(await scene.request('ACK sip:placeholder', { dialogId }));
    scene.clock.advance(100_000);
    await settle();
    const refresh = take(scene);
    const second = scene.request('INVITE sip:placeholder', { dialogId, body: SDP });
    await settle();
    expect(scene.peerGot()).toEqual([]);
    scene.receiveAnswer(refresh, 200, { more: ['Contact: <sip:resident@192.0.2.9>', 'Session-Expires: 200'] });
    expect((await second).ok).toBeTrue();
    expect(scene.peerGot()).toEqual(['ACK', 'INVITE']);
  });

  it('is none when the peer grants none', async () => {
    const scene = new CallScene();
    await call(scene, []);
    expect(scene.clock.runningCount()).toBeGreaterThan(0);
    scene.clock.advance(100_000);
    expect(scene.clock.runningCount()).toBe(0);
  });
});
