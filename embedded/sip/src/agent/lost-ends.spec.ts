import { CallScene, SDP, sentOf } from '../fakes/call-scene.ts';
import type { SipMessage } from '../message/sip-message.ts';
import { identityOf } from '../message/sip-message.ts';

const NOTHING = { transactions: 0, dialogs: 0, flows: 0, connections: 0 };
const ANSWER = ['Content-Type: application/sdp'];

const settle = async (): Promise<void> => {
  for (let round = 0; round < 5; round++) await Promise.resolve();
};

/** Lets time pass, with what happens between the timers. */
async function pass(scene: CallScene, durationMs: number): Promise<void> {
  for (let passedMs = 0; passedMs < durationMs; passedMs += 1_000) {
    scene.clock.advance(1_000);
    await settle();
  }
}

async function expectNothingLeft(scene: CallScene): Promise<void> {
  await settle();
  expect(scene.agent.counters()).toEqual(NOTHING);
  expect(scene.clock.runningCount()).toBe(0);
}

function sentLast(scene: CallScene): SipMessage {
  const message = scene.peer.take().at(-1);
  if (message === undefined) throw new Error('the peer got nothing');
  return message;
}

/** 64·T1 for what waits, as much again for what it sets off, T4 for the echo of the last answer. */
const ALL_TIMERS_MS = 2 * 32_000 + 5_000;

describe('What is left when one side falls silent', () => {
  it('is nothing, when the application never answers a request other than INVITE', async () => {
    const scene = new CallScene();
    scene.receiveRequest('OPTIONS');
    await pass(scene, 32_000);
    expect(scene.peerGot()).toEqual([]);
    await expectNothingLeft(scene);
  });

  it('is nothing, when the application lets an INVITE ring without end: 408 and word to the application', async () => {
    const scene = new CallScene('udp', { ringLimitMs: 59_900 });
    scene.receiveRequest('INVITE', { body: SDP });
    scene.respond(scene.application.take()[0], 180);
    scene.peerGot();
    await pass(scene, 60_000);
    expect(scene.peerGot()).toEqual(['408 INVITE']);
    expect(scene.applicationGot()).toEqual(['CANCEL']);
    await pass(scene, ALL_TIMERS_MS);
    await expectNothingLeft(scene);
  });

  it('is nothing, when the peer lets our INVITE ring without end: CANCEL, and 408 when even that is not answered', async () => {
    const scene = new CallScene('udp', { ringLimitMs: 60_000 });
    sentOf(await scene.request('INVITE sip:resident@192.0.2.9', { body: SDP }));
    scene.receiveAnswer(sentLast(scene), 180);
    await pass(scene, 60_000);
    expect(scene.peerGot()).toContain('CANCEL');
    await pass(scene, ALL_TIMERS_MS);
    expect(scene.applicationGot()).toEqual(['180 INVITE', '408 INVITE']);
    await expectNothingLeft(scene);
  });

  it('is nothing, when neither ACK nor any answer to our BYE comes', async () => {
    const scene = new CallScene();
    scene.receiveRequest('INVITE', { body: SDP });
    sentOf(scene.respond(scene.application.take()[0], 200, ANSWER, SDP));
    await pass(scene, ALL_TIMERS_MS);
    expect(scene.applicationGot()).toEqual(['unsolicited BYE']);
    await expectNothingLeft(scene);
  });

  it('is nothing, when the application never acknowledges a 2xx: ACK, BYE and word to the application', async () => {
    const scene = new CallScene();
    sentOf(await scene.request('INVITE sip:resident@192.0.2.9', { body: SDP }));
    scene.receiveAnswer(sentLast(scene), 200);
    await pass(scene, 32_000);
    expect(scene.peerGot().slice(0, 2)).toEqual(['ACK', 'BYE']);
    expect(scene.applicationGot()).toEqual(['200 INVITE', 'unsolicited BYE']);
    await pass(scene, ALL_TIMERS_MS);
    await expectNothingLeft(scene);
  });

  it('is nothing, when the peer answers neither our BYE nor the challenge that came for the first one', async () => {
    const scene = new CallScene();
    scene.receiveRequest('INVITE', { body: SDP });
    const { sent, dialogId } = sentOf(scene.respond(scene.application.take()[0], 200, ANSWER, SDP));
    scene.receiveRequest('ACK', { branch: 'ack', toTag: identityOf(sent).toTag ?? '' });
    sentOf(await scene.request('BYE sip:placeholder', { dialogId }));
    scene.receiveAnswer(sentLast(scene), 407);
    sentOf(await scene.request('BYE sip:placeholder', { dialogId }));
    await pass(scene, ALL_TIMERS_MS);
    await expectNothingLeft(scene);
  });

  it('is nothing, when a forked call is cancelled and no fork ever answers', async () => {
    const scene = new CallScene();
    const { txnId } = sentOf(await scene.request('INVITE sip:resident@192.0.2.9', { body: SDP }));
    const invite = sentLast(scene);
    for (const toTag of ['left', 'right']) scene.receiveAnswer(invite, 180, { toTag });
    expect(scene.agent.counters().dialogs).toBe(2);
    sentOf(await scene.request('CANCEL sip:x', { txnId }));
    await pass(scene, ALL_TIMERS_MS);
    expect(scene.applicationGot()).toEqual(['180 INVITE', '180 INVITE', '408 INVITE']);
    await expectNothingLeft(scene);
  });

  it('is nothing, when the caller hangs up while a 2xx waits for its PRACK, or our BYE for its ACK', async () => {
    const early = new CallScene();
    early.receiveRequest('INVITE', { body: SDP, more: ['Supported: 100rel'] });
    const [invite] = early.application.take();
    const { sent } = sentOf(early.respond(invite, 183, ['Require: 100rel', ...ANSWER], SDP));
    early.respond(invite, 200, ANSWER, SDP);
    early.receiveRequest('BYE', { seq: 2, toTag: identityOf(sent).toTag ?? '' });
    early.respond(early.application.take()[0], 200);
    expect(early.peerGot().slice(-2)).toEqual(['487 INVITE', '200 BYE']);
    await pass(early, ALL_TIMERS_MS);
    await expectNothingLeft(early);

    const late = new CallScene();
    late.receiveRequest('INVITE', { body: SDP });
    const reply = sentOf(late.respond(late.application.take()[0], 200, ANSWER, SDP));
    sentOf(await late.request('BYE sip:placeholder', { dialogId: reply.dialogId }));
    late.receiveRequest('BYE', { seq: 2, toTag: identityOf(reply.sent).toTag ?? '' });
    await pass(late, ALL_TIMERS_MS);
    expect(late.applicationGot()).toEqual(['BYE', '408 BYE']);
    await expectNothingLeft(late);
  });

  it('is nothing, when the browser’s connection breaks under an INVITE that rings, in either direction', async () => {
    const scene = new CallScene('ws');
    scene.receiveRequest('INVITE', { body: SDP });
    scene.respond(scene.application.take()[0], 180);
    scene.peer.take();
    sentOf(await scene.request('INVITE sip:resident@192.0.2.9:5060;transport=ws', { body: SDP }));
    scene.receiveAnswer(sentLast(scene), 180);
    scene.application.take();
    scene.peer.isUp = false;
    scene.agent.transports.onClosed(scene.peer);
    expect(scene.applicationGot()).toEqual(['503 INVITE']);
    await expectNothingLeft(scene);
  });

  it('is nothing, when a re-INVITE of the application stays without an answer', async () => {
    const scene = new CallScene();
    scene.receiveRequest('INVITE', { body: SDP });
    const { sent, dialogId } = sentOf(scene.respond(scene.application.take()[0], 200, ANSWER, SDP));
    scene.receiveRequest('ACK', { branch: 'ack', toTag: identityOf(sent).toTag ?? '' });
    sentOf(await scene.request('INVITE sip:placeholder', { dialogId, body: SDP }));
    await pass(scene, 33_000);
    expect(scene.applicationGot()).toEqual(['ACK', '408 INVITE']);
    sentOf(await scene.request('BYE sip:placeholder', { dialogId }));
    await pass(scene, ALL_TIMERS_MS);
    await expectNothingLeft(scene);
  });
});

describe('A 2xx to a re-INVITE that crosses the BYE', () => {
  it('is acknowledged all the same, and again when it is repeated', async () => {
    const scene = new CallScene();
    scene.receiveRequest('INVITE', { body: SDP });
    const { sent, dialogId } = sentOf(scene.respond(scene.application.take()[0], 200, ANSWER, SDP));
    scene.receiveRequest('ACK', { branch: 'ack', toTag: identityOf(sent).toTag ?? '' });
    scene.peer.take();
    sentOf(await scene.request('INVITE sip:placeholder', { dialogId, body: SDP }));
    const reinvite = sentLast(scene);
    sentOf(await scene.request('BYE sip:placeholder', { dialogId }));
    scene.receiveAnswer(sentLast(scene), 200);
    scene.receiveAnswer(reinvite, 200);
    scene.receiveAnswer(reinvite, 200);
    expect(scene.peerGot()).toEqual(['ACK', 'ACK']);
    await pass(scene, ALL_TIMERS_MS);
    await expectNothingLeft(scene);
  });
});

describe('What arrives twice or in an old way', () => {
  it('is answered as before without asking the application again, whatever the method', () => {
    for (const method of ['OPTIONS', 'MESSAGE', 'REGISTER', 'NOTIFY', 'REFER']) {
      const scene = new CallScene();
      scene.receiveRequest(method);
      scene.receiveRequest(method);
      scene.respond(scene.application.take()[0], 200);
      scene.receiveRequest(method);
      expect(scene.peerGot()).toEqual([`200 ${method}`, `200 ${method}`]);
      expect(scene.applicationGot()).toEqual([]);
    }
  });

  it('is matched by Request-URI, tags, Call-ID, CSeq and Via where the branch has no magic cookie', () => {
    const scene = new CallScene();
    const receive = (method: string, callId = 'old-1', toTag = ''): void =>
      scene.receive([
        `${method} sip:desk@192.0.2.1 SIP/2.0`,
        'Via: SIP/2.0/UDP 192.0.2.9:5060;branch=1',
        'From: <sip:resident@192.0.2.9>;tag=theirs',
        `To: <sip:desk@192.0.2.1>${toTag}`,
        `Call-ID: ${callId}`,
        `CSeq: 1 ${method}`,
        'Contact: <sip:resident@192.0.2.9>',
      ]);
    receive('INVITE');
    receive('INVITE');
    receive('INVITE', 'old-2');
    expect(scene.applicationGot()).toEqual(['INVITE', 'INVITE']);
    receive('CANCEL');
    receive('ACK', 'old-1', ';tag=x');
    expect(scene.peerGot()).toEqual(['100 INVITE', '100 INVITE', '100 INVITE', '200 CANCEL', '487 INVITE']);
    scene.clock.advance(5_000);
    expect(scene.agent.counters().transactions).toBe(2);
  });

  it('is refused 482 where a proxy sent it on two ways, and 483 where it went round in circles', () => {
    const scene = new CallScene();
    scene.receiveRequest('INVITE', { body: SDP, branch: 'one-way' });
    scene.receiveRequest('INVITE', { body: SDP, branch: 'another-way' });
    expect(scene.peerGot()).toEqual(['100 INVITE', '482 INVITE']);
    scene.receive([
      'INVITE sip:desk@192.0.2.1 SIP/2.0',
      'Via: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bKround',
      'Max-Forwards: 0',
      'From: <sip:resident@192.0.2.9>;tag=theirs',
      'To: <sip:desk@192.0.2.1>',
      'Call-ID: call-2',
      'CSeq: 1 INVITE',
      'Contact: <sip:resident@192.0.2.9>',
    ]);
    expect(scene.peerGot()).toEqual(['483 INVITE']);
  });
});
