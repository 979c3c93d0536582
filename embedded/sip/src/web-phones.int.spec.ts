import type Srf from 'drachtio-srf';
import { SDP } from './fakes/call-scene.ts';
import { makeCertificate } from './fakes/certificate.ts';
import { ANY, CHALLENGE, routed, Stations, until, within } from './fakes/srf-station.ts';
import { dialogPeer, PHONE_URI, WebPhone } from './fakes/web-phone.ts';

describe('The SIP server with web phones', () => {
  const stations = new Stations();

  afterEach(() => stations.close());

  it('serves a web phone: ping, REGISTER with a challenge, INVITE both ways, BYE, and 503 once its connection is gone', async () => {
    const station = await stations.start();
    const dialogs: Srf.Dialog[] = [];
    station.on('register', (request, response) => {
      if (!request.has('Authorization')) response.send(401, { headers: { 'WWW-Authenticate': CHALLENGE } });
      else response.send(200, { headers: { Contact: request.get('Contact'), Expires: '300' } });
    });
    station.on('invite', (request, response) => {
      if (!request.has('Proxy-Authorization')) {
        response.send(407, { headers: { 'Proxy-Authenticate': CHALLENGE } });
        return undefined;
      }
      expect(request.protocol).toBe('tcp');
      return station.srf.createUAS(request, response, { localSdp: SDP }).then((dialog) => dialogs.push(dialog));
    });
    await routed();
    const phone = await WebPhone.connect(`ws://127.0.0.1:${station.server.addresses.ws?.port ?? 0}`);
    await within(phone.ping(), 'pong');
    phone.send('REGISTER', 'sip:example.com', { callId: 'reg' });
    expect((await within(phone.expect('401 REGISTER'), '401')).headers.get('WWW-Authenticate')).toBe(CHALLENGE);
    phone.send('REGISTER', 'sip:example.com', { callId: 'reg', more: ['Authorization: Digest x'] });
    await within(phone.expect('200 REGISTER'), '200 REGISTER');
    expect(station.server.counters()).toEqual(jasmine.objectContaining({ flows: 1, connections: 1, application: true }));

    phone.send('INVITE', 'sip:desk@example.com', { body: SDP, branch: 'first' });
    const challenge = await within(phone.expect('407 INVITE'), '407');
    phone.send('ACK', 'sip:desk@example.com', { branch: 'first', to: challenge.headers.get('To') ?? '' });
    phone.send('INVITE', 'sip:desk@example.com', { body: SDP, more: ['Proxy-Authorization: Digest x'] });
    const peer = dialogPeer(await within(phone.expect('200 INVITE'), '200 INVITE'));
    phone.send('ACK', peer.uri, { to: peer.to });
    phone.send('BYE', peer.uri, { to: peer.to });
    await within(phone.expect('200 BYE'), '200 BYE');

    const outgoing = station.srf.createUAC(PHONE_URI, { localSdp: SDP });
    phone.answer(await within(phone.expect('INVITE'), 'INVITE'), 200, SDP);
    const dialog = await within(outgoing, 'call to the phone');
    await within(phone.expect('ACK'), 'ACK');
    phone.hangUpConnection();
    await until(() => station.server.counters().connections === 0, 'connection gone');
    expect(station.server.counters().flows).toBe(0);
    const startedAt = performance.now();
    await within(Promise.resolve(dialog.destroy()), 'BYE on a dead connection');
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    const refusal = await station.srf.createUAC(PHONE_URI, { localSdp: SDP }).then(
      () => '',
      (error: Error) => error.message,
    );
    expect(refusal).toBe('requested protocol/transport not available');
    expect(station.server.counters().dialogs).toBe(0);
  });

  it('serves WSS with the certificate it is given', async () => {
    const station = await stations.start({ wss: { ...ANY, ...makeCertificate() } });
    station.on('options', (request, response) => response.send(request.protocol === 'tls' ? 200 : 500));
    await routed();
    const phone = await WebPhone.connect(`wss://127.0.0.1:${station.server.addresses.wss?.port ?? 0}`);
    phone.send('OPTIONS', 'sip:example.com');
    await within(phone.expect('200 OPTIONS'), '200');
    phone.hangUpConnection();
  });
});
