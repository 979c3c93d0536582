import { CallScene, SDP, sentOf } from '../fakes/call-scene.ts';
import { identityOf } from '../message/sip-message.ts';

const ANSWER = ['Content-Type: application/sdp'];

describe('The records of calls', () => {
  it('tell of a call from the network that is answered and ended by the caller', () => {
    const scene = new CallScene();
    scene.receiveRequest('INVITE', { body: SDP });
    const { sent } = sentOf(scene.respond(scene.application.take()[0], 200, ANSWER, SDP));
    scene.receiveRequest('BYE', { seq: 2, toTag: identityOf(sent).toTag ?? '' });
    expect(scene.application.records).toEqual(['attempt network', 'start application uas', 'stop network normal-release']);
  });

  it('tell of calls from the network that are refused and cancelled', () => {
    const refused = new CallScene();
    refused.receiveRequest('INVITE', { body: SDP });
    refused.respond(refused.application.take()[0], 486);
    expect(refused.application.records).toEqual(['attempt network', 'stop application call-rejected']);
    const cancelled = new CallScene();
    cancelled.receiveRequest('INVITE', { body: SDP });
    cancelled.receiveRequest('CANCEL', { branch: 'INVITE-1' });
    expect(cancelled.application.records).toEqual(['attempt network', 'stop network call-canceled']);
  });

  it('tell of calls of the application: refused, cancelled, answered and ended', async () => {
    for (const [status, expected] of [
      [486, ['stop network call-rejected']],
      [487, ['stop network call-canceled']],
      [200, ['start network uac', 'stop application normal-release']],
    ] as const) {
      const scene = new CallScene();
      sentOf(await scene.request('INVITE sip:resident@192.0.2.9', { body: SDP }));
      const [invite] = scene.peer.take();
      if (invite !== undefined) scene.receiveAnswer(invite, status);
      const dialogId = scene.application.take()[0]?.dialogId ?? '';
      if (status === 200) {
        sentOf(await scene.request('ACK sip:placeholder', { dialogId }));
        sentOf(await scene.request('BYE sip:placeholder', { dialogId }));
      }
      expect(scene.application.records).toEqual(['attempt application', ...expected]);
    }
  });

  it('tell of calls the server ends', async () => {
    const scene = new CallScene();
    scene.receiveRequest('INVITE', { body: SDP });
    sentOf(scene.respond(scene.application.take()[0], 200, ANSWER, SDP));
    scene.clock.advance(32_000);
    await Promise.resolve();
    await Promise.resolve();
    expect(scene.application.records.at(-1)).toBe('stop application system-initiated-termination');
  });
});
