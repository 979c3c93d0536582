import { CallScene, SDP, sentOf } from '../fakes/call-scene.ts';
import { identityOf } from '../message/sip-message.ts';

const OURS = '<sip:192.0.2.1:5060>';

describe('A Contact', () => {
  let scene: CallScene;
  let toTag: string;
  let dialogId: string;

  beforeEach(() => {
    scene = new CallScene();
    scene.receiveRequest('INVITE', { body: SDP });
    const accepted = sentOf(scene.respond(scene.application.take()[0], 200, ['Content-Type: application/sdp'], SDP));
    toTag = identityOf(accepted.sent).toTag ?? '';
    dialogId = accepted.dialogId;
    scene.receiveRequest('ACK', { branch: 'ack', toTag });
    scene.application.take();
    scene.peer.take();
  });

  /** The Contact of our answer to a request inside the dialog. */
  const answered = (method: string, status: number, own: readonly string[] = []): string | undefined => {
    scene.receiveRequest(method, { seq: 20, toTag, branch: `${method}-${status}-${own.length}` });
    return sentOf(scene.respond(scene.application.take()[0], status, own)).sent.headers.get('Contact');
  };

  it('stands in the 2xx to UPDATE and REFER (RFC 3311 table 1, RFC 3515 table 1), and in no refusal', () => {
    expect(answered('UPDATE', 200)).toBe(OURS);
    expect(answered('REFER', 202)).toBe(OURS);
    expect(answered('REFER', 603)).toBeUndefined();
    expect(answered('INFO', 200)).toBeUndefined();
  });

  it('stands in NOTIFY, REFER and UPDATE inside a dialog', async () => {
    for (const method of ['NOTIFY', 'REFER', 'UPDATE']) {
      const { sent } = sentOf(await scene.request(`${method} sip:placeholder`, { dialogId }));
      expect(sent.headers.getAll('Contact')).withContext(method).toEqual([OURS]);
    }
  });

  it('stands in REFER and NOTIFY outside of one', async () => {
    for (const method of ['NOTIFY', 'REFER']) {
      const { sent } = sentOf(await scene.request(`${method} sip:resident@192.0.2.9`));
      expect(sent.headers.getAll('Contact')).withContext(method).toEqual([OURS]);
    }
  });

  it('of the application is left as it is', async () => {
    const own = 'Contact: <sip:desk@192.0.2.1:5060>';
    expect(answered('UPDATE', 200, [own])).toBe('<sip:desk@192.0.2.1:5060>');
    const { sent } = sentOf(await scene.request('NOTIFY sip:placeholder', { dialogId, headers: [own] }));
    expect(sent.headers.getAll('Contact')).toEqual(['<sip:desk@192.0.2.1:5060>']);
  });
});
