import { parseNameAddrs } from '../name-addr.ts';
import type { NameAddr } from '../name-addr.ts';
import { FOR_APPLICATIONS } from './application-messages.ts';
import { TortureScene } from './torture-scene.ts';
import { bytesOf } from './torture-message.ts';
import type { TortureMessage } from './torture-message.ts';

function refused(message: TortureMessage): TortureScene {
  const scene = new TortureScene();
  expect(scene.receive(message)).withContext(message.name).toEqual([]);
  return scene;
}

/** What the peer gets when the application answers the message with that status. */
function answered(message: TortureMessage, status: number, headers: readonly string[] = []): string {
  const scene = new TortureScene();
  const { application } = scene.scene;
  scene.receiveBytes(bytesOf(message), message === FOR_APPLICATIONS.regaut01 ? 'tcp' : 'udp');
  const [event] = application.take();
  expect(event).withContext(message.name).toBeDefined();
  scene.scene.respond(event, status, headers);
  return scene.answers.at(-1) ?? '';
}

describe('RFC 4475 §3.2 to §3.4, messages that are odd for whoever acts on them', () => {
  it('§3.2.1 badbranch: a branch of nothing but the cookie does not make two requests one', () => {
    const scene = new TortureScene();
    expect(scene.receive(FOR_APPLICATIONS.badbranch).length).toBe(1);
    expect(scene.receive(FOR_APPLICATIONS.badbranch).length).toBe(0);
    const other = FOR_APPLICATIONS.badbranch.head.map((line) => line.replace('Call-ID: bad', 'Call-ID: other'));
    expect(scene.receive({ name: 'badbranch', head: other }).length).toBe(1);
  });

  it('§3.3.1 insuf: a request without From, To and Call-ID is refused', () => {
    const { answers } = refused(FOR_APPLICATIONS.insuf);
    expect(answers.map((text) => text.split('\r\n')[0])).toEqual(['SIP/2.0 400 Missing or malformed From']);
    expect(answers[0]).not.toMatch(/^(?:From|To|Call-ID):/m);
  });

  it('§3.3.2 unkscm: a Request-URI of a scheme nobody knows is refused with 416', () => {
    expect(refused(FOR_APPLICATIONS.unkscm).statuses()).toEqual([416]);
  });

  it('§3.3.3 novelsc: so is one of a known scheme that is not SIP', () => {
    expect(refused(FOR_APPLICATIONS.novelsc).statuses()).toEqual([416]);
  });

  it('§3.3.4 unksm2: only SIP addresses can be registered for', () => {
    expect(refused(FOR_APPLICATIONS.unksm2).statuses()).toEqual([400]);
  });

  it('§3.3.5 bext01: extensions nobody knows are refused with 420 by name', () => {
    const scene = refused(FOR_APPLICATIONS.bext01);
    expect(scene.statuses()).toEqual([420]);
    expect(scene.answers[0]).toMatch(/\r\nUnsupported: nothingSupportsThis, nothingSupportsThisEither\r\n/i);
  });

  it('§3.3.6 invut: a body nobody knows reaches the application, whose 415 goes back', () => {
    expect(answered(FOR_APPLICATIONS.invut, 415, ['Accept: application/sdp'])).toMatch(
      /^SIP\/2.0 415 [^]*\r\nAccept: application\/sdp\r\n/,
    );
  });

  it('§3.3.7 regaut01: credentials of a scheme nobody knows reach the application, whose 401 goes back', () => {
    expect(answered(FOR_APPLICATIONS.regaut01, 401, ['WWW-Authenticate: Digest realm="x", nonce="y"'])).toMatch(
      /^SIP\/2.0 401 [^]*\r\nWWW-Authenticate: Digest /,
    );
  });

  it('§3.3.8 multi01: headers that may stand once and stand twice are refused', () => {
    expect(refused(FOR_APPLICATIONS.multi01).statuses()).toEqual([400]);
  });

  it('§3.3.9 mcl01: two lengths are refused', () => {
    expect(refused(FOR_APPLICATIONS.mcl01).statuses()).toEqual([400]);
  });

  it('§3.3.10 bcast: a response with a second Via is dropped, wherever that leads', async () => {
    const more = ['Via: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK1saber23', 'Contact: <sip:user@host28.example.com>'];
    expect(await new TortureScene().answerCall('SIP/2.0 200 OK', more)).toEqual([]);
    expect((await new TortureScene().answerCall('SIP/2.0 200 OK', more.slice(1))).length).toBe(1);
  });

  it('§3.3.11 zeromf: a request that may go no further has arrived', () => {
    expect(new TortureScene().receive(FOR_APPLICATIONS.zeromf).length).toBe(1);
  });

  /** The only contact of a registration, as the application gets it. */
  const contactOf = (message: TortureMessage): NameAddr | undefined =>
    parseNameAddrs(new TortureScene().receive(message)[0]?.headers.getAll('Contact') ?? [])?.[0];

  it("§3.3.12 cparam01: a parameter after a Contact without brackets is the header's", () => {
    const params = new Map([['unknownparam', undefined]]);
    expect(contactOf(FOR_APPLICATIONS.cparam01)).toEqual({ displayName: '', uri: 'sip:+19725552222@gw1.example.net', params });
  });

  it("§3.3.13 cparam02: a parameter within the brackets is the URI's", () => {
    const uri = 'sip:+19725552222@gw1.example.net;unknownparam';
    expect(contactOf(FOR_APPLICATIONS.cparam02)).toEqual({ displayName: '', uri, params: new Map() });
  });

  it('§3.3.14 regescrt: headers in a registered Contact are kept as they are', () => {
    const [register] = new TortureScene().receive(FOR_APPLICATIONS.regescrt);
    expect(register?.headers.get('Contact')).toBe('<sip:user@example.com?Route=%3Csip:sip.example.com%3E>');
  });

  it("§3.3.15 sdp01: what the caller accepts is the application's business, whose 406 goes back", () => {
    expect(answered(FOR_APPLICATIONS.sdp01, 406)).toMatch(/^SIP\/2.0 406 /);
  });

  it('§3.4.1 inv2543: a request of RFC 2543 is taken without branch, tag, Contact and Max-Forwards', () => {
    const scene = new TortureScene();
    expect(scene.receive(FOR_APPLICATIONS.inv2543).length).toBe(1);
    expect(scene.receive(FOR_APPLICATIONS.inv2543).length).toBe(0);
    expect(scene.statuses()).toEqual([]);
  });
});
