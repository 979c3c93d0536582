import type { Socket } from 'node:net';
import Srf from 'drachtio-srf';
import { SDP } from '../fakes/call-scene.ts';
import { CHALLENGE, happened, routed, Stations, statusOf, until, within } from '../fakes/srf-station.ts';
import { dialogPeer, PHONE_URI, WebPhone } from '../fakes/web-phone.ts';

const OTHER_SDP = SDP.replace('4000', '5000');

describe('An unmodified drachtio-srf application', () => {
  const stations = new Stations();

  afterEach(() => stations.close());

  const phoneOf = (station: Awaited<ReturnType<Stations['start']>>): Promise<WebPhone> =>
    WebPhone.connect(`ws://127.0.0.1:${station.server.addresses.ws?.port ?? 0}`);

  it('sends reliable provisional responses, gets their PRACK, and acknowledges those of others by itself', async () => {
    const [caller, callee] = [await stations.start(), await stations.start()];
    const pracks: string[] = [];
    callee.on('prack', (request, response) => {
      pracks.push(`middleware ${request.method}`);
      response.send(200);
    });
    callee.on('invite', (request, response) => {
      const acknowledged = (prack: Srf.SrfRequest): void => {
        pracks.push(`waiter ${prack.get('RAck').split(' ').slice(1).join(' ')}`);
        void callee.srf.createUAS(request, response, { localSdp: SDP });
      };
      // The published type leaves out the function that is called with the PRACK.
      const send = response.send.bind(response) as unknown as (...values: unknown[]) => void;
      send(183, { headers: { Require: '100rel' }, body: OTHER_SDP }, undefined, acknowledged);
    });
    await routed();
    const provisional: string[] = [];
    const cbProvisional = (response: Srf.SrfResponse): void => void provisional.push(`${response.status} ${response.body}`);
    const options = { localSdp: SDP, headers: { Supported: '100rel', CSeq: '9 INVITE' } };
    const dialog = await within(caller.srf.createUAC(callee.uri('a'), options, { cbProvisional }), 'call');
    expect(provisional).toContain(`183 ${OTHER_SDP}`);
    expect(pracks).toEqual(['waiter 9 INVITE', 'middleware PRACK']);
    await within(Promise.resolve(dialog.destroy()), 'BYE');
    await until(() => caller.server.counters().transactions + callee.server.counters().transactions === 0, 'no transactions');
  });

  it('is told that a reliable response is not possible with a caller that does not do it', async () => {
    const [caller, callee] = [await stations.start(), await stations.start()];
    callee.on('invite', (_request, response) => {
      const onSent = (error: unknown): void => response.send(500, { headers: { 'X-Error': String(error) } });
      // The published type leaves this way of calling it out.
      (response.send.bind(response) as unknown as (...values: unknown[]) => void)(
        183,
        { headers: { Require: '100rel' } },
        onSent,
      );
    });
    await routed();
    const refused = await within(
      caller.srf.createUAC(callee.uri('a'), { localSdp: SDP }).then(
        () => '',
        (error: { res: Srf.SrfResponse }) => error.res.get('X-Error'),
      ),
      'refusal',
    );
    expect(refused).toBe('Remote endpoint does not support 100rel');
  });

  it('notices nothing of session timers but a re-INVITE at the other end, and hears when a session expires', async () => {
    const policy = { minSessionS: 1 };
    const [caller, callee] = [await stations.start({ policy }), await stations.start({ policy })];
    const refreshed: string[] = [];
    const ended: string[] = [];
    callee.on('invite', (request, response) =>
      callee.srf.createUAS(request, response, { localSdp: SDP }).then((dialog) => {
        dialog.on('refresh', () => void refreshed.push('refresh'));
        dialog.on('destroy', (_bye: unknown, reason?: string) => void ended.push(reason ?? ''));
      }),
    );
    await routed();
    const options = { localSdp: SDP, headers: { Supported: 'timer', 'Session-Expires': '3' } };
    const dialog = await within(caller.srf.createUAC(callee.uri('a'), options), 'call');
    await until(() => refreshed.length === 1, 'a refresh');
    await within(Promise.resolve(dialog.destroy()), 'BYE');

    const phone = await phoneOf(callee);
    phone.send('INVITE', 'sip:desk@example.com', { body: SDP, more: ['Supported: timer', 'Session-Expires: 1'] });
    const peer = dialogPeer(await within(phone.expect('200 INVITE'), '200'));
    phone.send('ACK', peer.uri, { to: peer.to });
    phone.answer(await within(phone.expect('BYE'), 'BYE'), 200);
    await until(() => ended.length === 2, 'the end');
    expect(ended).toEqual(['normal release', 'Session timer expired']);
    phone.hangUpConnection();
  });

  it('gets an UPDATE that comes before the answer with the INVITE', async () => {
    const station = await stations.start();
    station.on('invite', (request, response) => {
      response.send(183, { body: SDP });
      // The published types do not know this event.
      (request as unknown as NodeJS.EventEmitter).on('update', (_update: Srf.SrfRequest, answer: Srf.SrfResponse) => {
        answer.send(200, { body: OTHER_SDP });
        response.send(486);
      });
    });
    await routed();
    const phone = await phoneOf(station);
    phone.send('INVITE', 'sip:desk@example.com', { body: SDP, branch: 'invite' });
    const peer = dialogPeer(await within(phone.expect('183 INVITE'), '183'));
    phone.send('UPDATE', peer.uri, { to: peer.to, body: SDP });
    expect((await within(phone.expect('200 UPDATE'), '200 UPDATE')).body.toString()).toBe(OTHER_SDP);
    await within(phone.expect('486 INVITE'), '486');
    phone.send('ACK', 'sip:desk@example.com', { branch: 'invite', to: peer.to });
    phone.hangUpConnection();
  });

  it('answers challenges to REGISTER, MESSAGE, re-INVITE and BYE with its credentials', async () => {
    const [caller, callee] = [await stations.start(), await stations.start()];
    const challenged: string[] = [];
    const isChallenged = (request: Srf.SrfRequest, response: Srf.SrfResponse): boolean => {
      if (request.has('Authorization')) return false;
      challenged.push(request.method);
      response.send(401, { headers: { 'WWW-Authenticate': CHALLENGE } });
      return true;
    };
    callee.on('register', (request, response) => isChallenged(request, response) || response.send(200));
    callee.on('message', (request, response) => isChallenged(request, response) || response.send(202));
    callee.on('invite', (request, response) =>
      callee.srf.createUAS(request, response, { localSdp: SDP }).then((dialog) => {
        dialog.on('modify', (inner, answer) => isChallenged(inner, answer) || answer.send(200, { body: OTHER_SDP }));
      }),
    );
    await routed();
    const auth = { username: 'u', password: 'p' };
    const outside = async (method: 'REGISTER' | 'MESSAGE'): Promise<number> => {
      // The published type asks for a whole request where a few fields are meant.
      const options = { method, auth, headers: { Contact: '<sip:a@localhost>' } } as unknown as Srf.SrfRequest;
      const request = await (caller.srf.request as unknown as (uri: string, options: unknown) => Promise<Srf.SrfRequest>)(
        callee.uri('a'),
        options,
      );
      return new Promise((resolve) => request.on('response', (answer) => answer && resolve(answer.status)));
    };
    expect(await within(outside('REGISTER'), 'REGISTER')).toBe(200);
    expect(await within(outside('MESSAGE'), 'MESSAGE')).toBe(202);
    const dialog = await within(caller.srf.createUAC(callee.uri('a'), { localSdp: SDP, auth }), 'call');
    expect(await within(dialog.modify(SDP), 're-INVITE')).toBe(OTHER_SDP);
    expect(challenged).toEqual(['REGISTER', 'MESSAGE', 'INVITE']);

    const phone = await phoneOf(caller);
    caller.on('register', (request, response) => response.send(200, { headers: { Contact: request.get('Contact') } }));
    await routed();
    phone.send('REGISTER', 'sip:example.com', { callId: 'reg' });
    await within(phone.expect('200 REGISTER'), '200');
    const outgoing = caller.srf.createUAC(PHONE_URI, { localSdp: SDP, auth });
    phone.answer(await within(phone.expect('INVITE'), 'INVITE'), 200, SDP);
    const over = (await within(outgoing, 'call to the phone')).destroy();
    const first = await within(phone.expect('BYE'), 'BYE');
    phone.answer(first, 401, '', [`WWW-Authenticate: ${CHALLENGE}`]);
    const second = await within(phone.expect('BYE'), 'second BYE');
    expect(second.headers.get('Authorization')).toContain('username="u"');
    phone.answer(second, 200);
    await within(Promise.resolve(over), 'end');
    phone.hangUpConnection();
    await within(Promise.resolve(dialog.destroy()), 'BYE');
    await until(() => caller.server.counters().dialogs === 0, 'no dialogs');
  });

  it('gets the records of its calls', async () => {
    const [caller, callee] = [await stations.start(), await stations.start()];
    const records: string[] = [];
    const note = (side: string, kind: string) => (source: string, time: string, detail: unknown) =>
      records.push(
        `${side} ${kind} ${source} ${typeof detail === 'string' ? detail : ''} ${/^\d\d:\d\d:\d\d\.\d{6}$/.test(time)}`,
      );
    for (const [side, station] of Object.entries({ caller, callee })) {
      for (const kind of ['attempt', 'start', 'stop']) {
        // The published types do not know the events of call records.
        (station.srf as unknown as NodeJS.EventEmitter).on(`cdr:${kind}`, note(side, kind));
      }
    }
    callee.on('invite', (request, response) => callee.srf.createUAS(request, response, { localSdp: SDP }));
    await routed();
    const dialog = await within(caller.srf.createUAC(callee.uri('a'), { localSdp: SDP }), 'call');
    await within(Promise.resolve(dialog.destroy()), 'BYE');
    await until(() => records.length === 6, 'six records');
    expect(records.sort()).toEqual([
      'callee attempt network  true',
      'callee start application uas true',
      'callee stop network normal-release true',
      'caller attempt application  true',
      'caller start network uac true',
      'caller stop application normal-release true',
    ]);
  });

  it('gets its calls back when it reconnects within the grace; another one in its place does not', async () => {
    const [caller, callee] = [await stations.start(), await stations.start({ policy: { applicationGraceMs: 3_000 } })];
    const ended: string[] = [];
    const sockets: Socket[] = [];
    callee.on('invite', (request, response) =>
      callee.srf.createUAS(request, response, { localSdp: SDP }).then((dialog) => {
        // The published type leaves the connection out.
        sockets.push((dialog as unknown as { socket: Socket }).socket);
        dialog.on('destroy', (_bye: unknown, reason?: string) => void ended.push(reason ?? ''));
      }),
    );
    await routed();
    const call = (): Promise<Srf.Dialog> => within(caller.srf.createUAC(callee.uri('a'), { localSdp: SDP }), 'call');
    const first = await call();
    await until(() => sockets.length === 1, 'callee');
    const again = happened(callee.srf, 'connect');
    sockets[0]?.destroy();
    await until(() => !callee.server.counters().application, 'application gone');
    await again;
    await routed();
    await within(Promise.resolve(first.destroy()), 'BYE');
    await until(() => ended.length === 1, 'the end of the first call');
    expect(ended).toEqual(['normal release']);

    const second = await call();
    const over = new Promise<string>((resolve) => second.on('destroy', (bye: Srf.SrfRequest) => resolve(bye.get('Reason'))));
    await until(() => sockets.length === 2, 'callee');
    callee.srf.disconnect();
    await until(() => !callee.server.counters().application, 'application gone again');
    const other = new Srf();
    other.invite((_request, response) => response.send(486));
    void other.connect({ host: '127.0.0.1', port: callee.server.addresses.control.port, secret: 'cymru' });
    expect(await within(over, 'BYE')).toContain('the application is gone');
    expect(await statusOf(caller.srf.createUAC(callee.uri('a'), { localSdp: SDP }))).toBe(486);
    other.disconnect();
    await until(() => !callee.server.counters().application, 'application gone at last');
  });
});
