import { createSocket } from 'node:dgram';
import Srf from 'drachtio-srf';
import { SDP } from './fakes/call-scene.ts';
import { ANY, CHALLENGE, happened, routed, Stations, statusOf, until, within } from './fakes/srf-station.ts';
import { startSipServer } from './sip-server.ts';

describe('The SIP server with drachtio-srf applications', () => {
  const stations = new Stations();

  afterEach(() => stations.close());

  for (const protocol of ['udp', 'tcp'] as const) {
    it(`carries a call over ${protocol}: ringing, answer, re-INVITE both ways, hang-up both ways`, async () => {
      const [caller, callee] = [await stations.start(), await stations.start()];
      const answered: Srf.Dialog[] = [];
      callee.on('invite', (request, response) => {
        response.send(180);
        return callee.srf.createUAS(request, response, { localSdp: SDP }).then((dialog) => answered.push(dialog));
      });
      await routed();
      const provisional: number[] = [];
      const cbProvisional = (response: Srf.SrfResponse): void => void provisional.push(response.status);
      const call = (): Promise<Srf.Dialog> =>
        within(caller.srf.createUAC(callee.uri('resident', protocol), { localSdp: SDP }, { cbProvisional }), 'call');

      const first = await call();
      expect([...new Set(provisional)]).toEqual([100, 180]);
      expect(first.remote.sdp).toBe(SDP);
      expect(await within(first.modify(SDP.replace('4000', '5000')), 're-INVITE by the caller')).toBe(SDP);
      await until(() => answered.length === 1, 'callee');
      first.on('modify', (_request, response) => response.send(200, { body: SDP }));
      expect(await within(answered[0]?.modify(SDP) ?? Promise.reject(new Error('no dialog')), 're-INVITE by the callee')).toBe(
        SDP,
      );
      const calleeHeard = happened(answered[0] ?? first, 'destroy');
      await within(Promise.resolve(first.destroy()), 'BYE');
      await calleeHeard;

      const second = await call();
      const callerHeard = happened(second, 'destroy');
      await until(() => answered.length === 2, 'callee');
      void answered[1]?.destroy();
      await callerHeard;
      await until(() => caller.server.counters().dialogs + callee.server.counters().dialogs === 0, 'no dialogs');
      await until(() => caller.server.counters().transactions + callee.server.counters().transactions === 0, 'no transactions');
    });
  }

  it('reports refusals, cancels while ringing, and hangs up a call that was answered while being cancelled', async () => {
    const [caller, callee] = [await stations.start(), await stations.start()];
    const cancelled: string[] = [];
    callee.on('invite', (request, response) => {
      const status = Number(request.calledNumber);
      if (status >= 300) {
        response.send(status);
        return;
      }
      response.send(180);
      request.on('cancel', () => void cancelled.push(request.get('Call-ID')));
    });
    await routed();
    for (const status of [404, 480, 486, 603]) {
      const outcome = await within(statusOf(caller.srf.createUAC(callee.uri(String(status)), { localSdp: SDP })), 'refusal');
      expect(outcome).toBe(status);
    }
    let sent: Srf.SrfRequest | undefined;
    // The published type leaves out the error that comes first.
    const cbRequest = ((_error: unknown, request: Srf.SrfRequest) => (sent = request)) as never;
    const cbProvisional = (response: Srf.SrfResponse): void => {
      if (response.status === 180) sent?.cancel(() => undefined);
    };
    const outcome = await statusOf(caller.srf.createUAC(callee.uri('100'), { localSdp: SDP }, { cbRequest, cbProvisional }));
    expect(outcome).toBe(487);
    expect(cancelled.length).toBe(1);
  });

  it('gives 408 when nobody answers and 503 when nobody can be reached', async () => {
    const caller = await stations.start();
    const status = (uri: string): Promise<number> => statusOf(caller.srf.createUAC(uri, { localSdp: SDP }));
    const silent = createSocket('udp4');
    await new Promise<void>((resolve) => silent.bind(0, '127.0.0.1', resolve));
    expect(await status(`sip:a@127.0.0.1:${silent.address().port}`)).toBe(408);
    silent.close();
    const closed = await startSipServer({ control: ANY, secret: 'x' });
    await closed.close();
    expect(await status(`sip:a@127.0.0.1:${closed.addresses.control.port};transport=tcp`)).toBe(503);
  });

  it('lets drachtio-srf answer digest challenges', async () => {
    const [caller, callee] = [await stations.start(), await stations.start()];
    callee.on('invite', (request, response) => {
      if (!request.has('Proxy-Authorization')) {
        response.send(407, { headers: { 'Proxy-Authenticate': CHALLENGE } });
        return undefined;
      }
      return callee.srf.createUAS(request, response, { localSdp: SDP });
    });
    await routed();
    const dialog = await within(
      caller.srf.createUAC(callee.uri('a'), { localSdp: SDP, auth: { username: 'u', password: 'p' } }),
      'call',
    );
    await within(Promise.resolve(dialog.destroy()), 'BYE');
    expect(callee.server.counters().dialogs).toBe(0);
  });

  it('passes INFO, REFER, NOTIFY, MESSAGE and UPDATE through a dialog, and OPTIONS outside one', async () => {
    const [caller, callee] = [await stations.start(), await stations.start()];
    const got: string[] = [];
    callee.on('options', (_request, response) => response.send(200, { headers: { Allow: 'INVITE' } }));
    callee.on('invite', (request, response) =>
      callee.srf.createUAS(request, response, { localSdp: SDP }).then((dialog) => {
        for (const method of ['info', 'refer', 'notify', 'message', 'update'] as const) {
          dialog.on(method as 'info', (inner, answer) => {
            got.push(`${inner.method} ${inner.body}`);
            answer.send(202);
          });
        }
      }),
    );
    await routed();
    const dialog = await within(caller.srf.createUAC(callee.uri('a'), { localSdp: SDP }), 'call');
    for (const method of ['INFO', 'REFER', 'NOTIFY', 'MESSAGE', 'UPDATE'] as const) {
      // The published type asks for a whole request where a few fields are meant.
      const options = { method, headers: { 'Content-Type': 'text/plain' }, body: '内容' } as unknown as Srf.SrfRequest;
      expect((await within(dialog.request(options), method)).status).toBe(202);
    }
    expect(got).toEqual(['INFO 内容', 'REFER 内容', 'NOTIFY 内容', 'MESSAGE 内容', 'UPDATE 内容']);
    const options = { method: 'OPTIONS' } as unknown as Srf.SrfRequest;
    const request = await (caller.srf.request as unknown as (uri: string, options: Srf.SrfRequest) => Promise<Srf.SrfRequest>)(
      callee.uri('a'),
      options,
    );
    const response = await new Promise<Srf.SrfResponse>((resolve) =>
      request.on('response', (answer) => answer && resolve(answer)),
    );
    expect(response.get('Allow')).toBe('INVITE');
    await within(Promise.resolve(dialog.destroy()), 'BYE');
  });

  it('ends a call whose application is gone with a BYE and takes the application back', async () => {
    const [caller, callee] = [await stations.start(), await stations.start()];
    callee.on('invite', (request, response) => callee.srf.createUAS(request, response, { localSdp: SDP }));
    await routed();
    const dialog = await within(caller.srf.createUAC(callee.uri('a'), { localSdp: SDP }), 'call');
    const over = new Promise<string>((resolve) => {
      dialog.on('destroy', (bye: Srf.SrfRequest) => resolve(bye.get('Reason')));
    });
    callee.srf.disconnect();
    expect(await within(over, 'BYE')).toBe('SIP;cause=503;text="the application is gone"');
    await until(() => !callee.server.counters().application, 'application gone');
    const status = await statusOf(caller.srf.createUAC(callee.uri('a'), { localSdp: SDP }));
    expect(status).toBe(503);

    const next = new Srf();
    void next.connect({ host: '127.0.0.1', port: callee.server.addresses.control.port, secret: 'cymru' });
    await happened(next, 'connect');
    next.invite((_request, response) => response.send(486));
    await routed();
    const busy = await statusOf(caller.srf.createUAC(callee.uri('a'), { localSdp: SDP }));
    expect(busy).toBe(486);
    next.disconnect();
    await until(() => !callee.server.counters().application, 'application gone again');
  });
});
