import type { SipEvent } from './application.ts';
import { CallScene, label, SDP, sentOf } from '../fakes/call-scene.ts';
import { identityOf } from '../message/sip-message.ts';

const GRACE = { applicationGraceMs: 3_000 };
const ROUTES = ['invite', 'register'];

const settle = async (): Promise<void> => {
  for (let round = 0; round < 5; round++) await Promise.resolve();
};

/** A call stands, and its application is gone. */
function loseApplication(scene: CallScene): string {
  scene.receiveRequest('INVITE', { body: SDP });
  const reply = sentOf(scene.respond(scene.application.take()[0], 200, ['Content-Type: application/sdp'], SDP));
  const toTag = identityOf(reply.sent).toTag ?? '';
  scene.receiveRequest('ACK', { branch: 'ack', toTag });
  scene.application.take();
  scene.peer.take();
  scene.application.isUp = false;
  scene.agent.noteClientGone(scene.application, ROUTES);
  return toTag;
}

/** An application with these routes is there; returns what it is told. */
function comeBack(scene: CallScene, routes: readonly string[] = ROUTES): SipEvent[] {
  scene.application.isUp = true;
  scene.agent.noteRoutes(scene.application, routes);
  return scene.application.take();
}

describe('A standing call whose application is gone for a while', () => {
  it('belongs to the application again that comes back within the grace and knows it', async () => {
    const scene = new CallScene('udp', GRACE);
    const toTag = loseApplication(scene);
    scene.clock.advance(2_900);
    const [question] = comeBack(scene);
    expect(question?.dialogId).toBe('call-1;from-tag=theirs');
    expect(scene.respond(question, 200).ok).toBeTrue();
    scene.clock.advance(60_000);
    await settle();
    expect(scene.peerGot()).toEqual([]);
    scene.receiveRequest('BYE', { seq: 2, toTag });
    scene.respond(scene.application.take()[0], 200);
    expect(scene.peerGot()).toEqual(['200 BYE']);
    expect(scene.agent.counters().dialogs).toBe(0);
  });

  it('is hung up at once when the one that comes back does not know it, as after a crash, or does not say', async () => {
    for (const status of [404, 481, undefined]) {
      const scene = new CallScene('udp', GRACE);
      loseApplication(scene);
      const [question] = comeBack(scene);
      if (status === undefined) scene.clock.advance(2_000);
      else scene.respond(question, status);
      await settle();
      const [bye] = scene.peer.take();
      expect(bye?.headers.get('Reason')).toBe('SIP;cause=503;text="the application is gone"');
      expect(scene.agent.counters().dialogs).toBe(0);
    }
  });

  it('is hung up after the grace, and at once without one', async () => {
    const scene = new CallScene('udp', GRACE);
    loseApplication(scene);
    scene.clock.advance(2_999);
    await settle();
    expect(scene.peerGot()).toEqual([]);
    scene.clock.advance(1);
    await settle();
    expect(scene.peerGot()).toEqual(['BYE']);
    expect(comeBack(scene)).toEqual([]);
    const without = new CallScene();
    loseApplication(without);
    await settle();
    expect(without.peerGot()).toEqual(['BYE']);
  });

  it('is hung up when the server stops meanwhile', async () => {
    const scene = new CallScene('udp', GRACE);
    loseApplication(scene);
    await scene.agent.close();
    expect(scene.peerGot()).toEqual(['BYE']);
    expect(scene.clock.runningCount()).toBe(0);
  });

  it('is not given to an application with other routes', async () => {
    const scene = new CallScene('udp', GRACE);
    loseApplication(scene);
    expect(comeBack(scene, ['invite'])).toEqual([]);
    scene.clock.advance(3_000);
    await settle();
    expect(scene.peerGot()).toEqual(['BYE']);
  });

  it('keeps the requests of the peer for the application', () => {
    const scene = new CallScene('udp', GRACE);
    const toTag = loseApplication(scene);
    scene.receiveRequest('INFO', { seq: 2, toTag, more: ['X-Digit: 5'] });
    expect(scene.peerGot()).toEqual([]);
    const [question] = comeBack(scene);
    scene.respond(question, 200);
    const [info] = scene.application.take();
    expect(info?.message.headers.get('X-Digit')).toBe('5');
    scene.respond(info, 200);
    expect(scene.peerGot()).toEqual(['200 INFO']);
  });

  it('refuses the requests that waited when nobody comes', async () => {
    const scene = new CallScene('udp', GRACE);
    const toTag = loseApplication(scene);
    scene.receiveRequest('INVITE', { seq: 2, toTag, body: SDP });
    scene.clock.advance(3_000);
    await settle();
    expect(scene.peerGot()).toEqual(['100 INVITE', '481 INVITE', 'BYE']);
    scene.clock.advance(100_000);
    expect(scene.agent.counters()).toEqual({ transactions: 0, dialogs: 0, flows: 0, connections: 0 });
  });

  it('may be ended by the peer, which the application hears of when it comes back', () => {
    const scene = new CallScene('udp', GRACE);
    const toTag = loseApplication(scene);
    scene.receiveRequest('BYE', { seq: 2, toTag });
    expect(scene.peerGot()).toEqual(['200 BYE']);
    const events = comeBack(scene);
    expect(events.map(({ txnId, message }) => `${txnId} ${label(message)}`)).toEqual(['unsolicited BYE']);
    expect(events[0]?.message.headers.get('Reason')).toContain('the peer hung up');
  });

  it('is hung up at once when an INVITE of the application is under way in it', async () => {
    const scene = new CallScene('udp', GRACE);
    scene.receiveRequest('INVITE', { body: SDP });
    const { sent, dialogId } = sentOf(scene.respond(scene.application.take()[0], 200, ['Content-Type: application/sdp'], SDP));
    scene.receiveRequest('ACK', { branch: 'ack', toTag: identityOf(sent).toTag ?? '' });
    sentOf(await scene.request('INVITE sip:placeholder', { dialogId, body: SDP }));
    scene.peer.take();
    scene.agent.noteClientGone(scene.application, ROUTES);
    await settle();
    expect(scene.peerGot()).toEqual(['BYE']);
  });
});
