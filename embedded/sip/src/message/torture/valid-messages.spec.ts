import { CallScene } from '../../fakes/call-scene.ts';
import { parseNameAddr, parseNameAddrs } from '../name-addr.ts';
import { parseMessage } from '../parser.ts';
import { identityOf } from '../sip-message.ts';
import type { SipMessage } from '../sip-message.ts';
import { bytesOf, session } from './torture-message.ts';
import type { TortureMessage } from './torture-message.ts';
import { TortureScene } from './torture-scene.ts';
import { VALID } from './valid-messages.ts';

/** What the application got of a message; fails when that is not exactly one. */
function delivered(message: TortureMessage, scene = new TortureScene()): SipMessage {
  const [first, ...others] = scene.receive(message);
  if (first === undefined || others.length > 0) throw new Error(`${message.name}: delivered ${first ? 'twice' : 'nothing'}`);
  expect(scene.statuses()).withContext(message.name).toEqual([]);
  return first;
}

const uriOf = (message: SipMessage): string => (message.kind === 'request' ? message.uri : '');

describe('RFC 4475 §3.1.1, valid messages', () => {
  it('§3.1.1.1 wsinv: folding, compact names, odd spacing and several values in a line are taken', () => {
    const outcome = parseMessage(bytesOf(VALID.wsinv));
    const message = outcome.ok ? outcome.message : undefined;
    expect(message && identityOf(message)).toEqual({
      callId: 'wsinv.ndaksdj@192.0.2.1',
      fromTag: '98asjd8',
      toTag: '1918181833n',
      cseq: { number: 9, method: 'INVITE' },
    });
    expect(message?.headers.getAll('Via').length).toBe(2);
    expect(message?.headers.get('NewFangledHeader')).toBe('newfangled value continued newfangled value');
    expect(message?.body.toString()).toBe(VALID.wsinv.body);
    // Its To has a tag, and there is no such dialog.
    const scene = new TortureScene();
    expect(scene.receive(VALID.wsinv)).toEqual([]);
    expect(scene.statuses()).toEqual([481]);
  });

  it('§3.1.1.2 intmeth: every character a method, a name, a parameter and a header may have comes through as it was', () => {
    const message = delivered(VALID.intmeth);
    const [start = '', , to = '', from = ''] = VALID.intmeth.head;
    expect(message.kind === 'request' && `${message.method} ${message.uri} SIP/2.0`).toBe(start);
    expect(`To: ${message.headers.get('To') ?? ''}`).toBe(to);
    expect(`From: ${message.headers.get('From') ?? ''}`).toBe(from);
    expect(identityOf(message).fromTag).toBe("_token~1'+`*%!-.");
    expect(message.headers.get("extensionHeader-!.%*+_`'~")).toBe('\ufeff大停電');
  });

  it('§3.1.1.2 intmeth: the method is not implemented where no application asked for it', () => {
    const scene = new TortureScene();
    scene.scene.application.isUp = false;
    expect(scene.receive(VALID.intmeth)).toEqual([]);
    expect(scene.statuses()).toEqual([501]);
    expect(scene.answers[0]).toContain('\r\nAllow: INVITE, ');
  });

  it('§3.1.1.3 esc01: escapes stay as they are, also those that mean other escapes', () => {
    const message = delivered(VALID.esc01);
    expect(uriOf(message)).toBe('sip:sips%3Auser%40example.com@example.net');
    expect(message.headers.get('Contact')).toBe('<sip:cal%6Cer@host5.example.net;%6C%72;n%61me=v%61lue%25%34%31>');
    expect(message.body.toString()).toBe(session('192.0.2.1'));
  });

  it('§3.1.1.4 escnull: escaped zero bytes stay escaped', () => {
    const contacts = parseNameAddrs(delivered(VALID.escnull).headers.getAll('Contact'));
    expect(contacts?.map(({ uri }) => uri)).toEqual(['sip:%00@host5.example.com', 'sip:%00%00@host5.example.com']);
  });

  it('§3.1.1.5 esc02: a percent sign outside URIs is no escape, so this is no REGISTER and one Contact is none', () => {
    const message = delivered(VALID.esc02);
    expect(message.kind === 'request' && message.method).toBe('RE%47IST%45R');
    expect(message.headers.getAll('Contact').length).toBe(2);
    expect(message.headers.get('C%6Fntact')).toBe('<sip:alias2@host2.example.com>');
  });

  it('§3.1.1.6 lwsdisp: a display name may touch its bracket', () => {
    expect(parseNameAddr(delivered(VALID.lwsdisp).headers.get('From') ?? '')?.displayName).toBe('caller');
  });

  it('§3.1.1.7 longreq: long values and 34 Vias are taken and all come back', () => {
    const scene = new TortureScene();
    const message = delivered(VALID.longreq, scene);
    expect(message.headers.getAll('Via').length).toBe(34);
    expect(scene.answers[0]?.match(/^Via: /gm)?.length).toBe(34);
  });

  it('§3.1.1.8 dblreq: what follows the body is no second request', () => {
    expect(delivered(VALID.dblreq).body.length).toBe(0);
  });

  it('§3.1.1.9 semiuri: a semicolon before the @ belongs to the user', () => {
    expect(uriOf(delivered(VALID.semiuri))).toBe('sip:user;par=u%40example.net@example.com');
  });

  it('§3.1.1.10 transports: transports nobody knows may stand in the Vias below the topmost', () => {
    expect(delivered(VALID.transports).headers.getAll('Via')[3]).toContain('SIP/2.0/UNKNOWN t4.example.com');
  });

  it('§3.1.1.11 mpart01: a body with binary parts comes through byte by byte', () => {
    const { body } = delivered(VALID.mpart01);
    expect(body.equals(bytesOf(VALID.mpart01).subarray(-body.length))).toBeTrue();
    expect(body.length).toBeGreaterThan(500);
  });

  it('§3.1.1.12 unreason: a reason may be anything, and comes through as it was', async () => {
    const reason = '= 2**3 * 5**2 но сто девяносто девять - простое';
    const more = ['Content-Type: application/sdp', 'Contact: <sip:user@host198.example.com>'];
    const told = await new TortureScene().answerCall(`SIP/2.0 200 ${reason}`, more, session('192.0.2.198'));
    expect(told).toEqual([`200 ${reason}|${session('192.0.2.198')}`]);
  });

  it('§3.1.1.13 noreason: a reason may be empty', async () => {
    expect(await new TortureScene().answerCall('SIP/2.0 100 ')).toEqual(['100 |']);
  });

  it('gets from the scene what a plain call gives, so that the tests above can fail', () => {
    const scene = new CallScene();
    scene.receiveRequest('INVITE');
    expect(scene.applicationGot()).toEqual(['INVITE']);
  });
});
