import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Srf from 'drachtio-srf';
import { FrameReader } from './control/framing.ts';
import { SDP } from './fakes/call-scene.ts';
import { dialogPeer, PHONE_URI, WebPhone } from './fakes/web-phone.ts';
import { startSipServer } from './sip-server.ts';
import type { SipServer, SipServerOptions } from './sip-server.ts';

const ANY = { host: '127.0.0.1', port: 0 };
const CHALLENGE = 'Digest realm="test", nonce="abc", algorithm=MD5, qop="auth"';

type Handler = (request: Srf.SrfRequest, response: Srf.SrfResponse) => unknown;

/** One server with one drachtio-srf application on it. */
interface Station {
  readonly server: SipServer;
  readonly srf: Srf;
  uri(user: string, protocol?: 'udp' | 'tcp'): string;
  on(method: string, handler: Handler): void;
}

function within<T>(promise: Promise<T>, what: string): Promise<T> {
  return Promise.race([
    promise,
    new Promise<never>((_resolve, reject) => setTimeout(() => reject(new Error(`timed out: ${what}`)), 5_000).unref()),
  ]);
}

const happened = (
  emitter: { on(event: string, listener: (...values: unknown[]) => void): unknown },
  event: string,
): Promise<unknown> => within(new Promise((resolve) => emitter.on(event, resolve)), event);

async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`timed out: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('The SIP server with drachtio-srf applications', () => {
  const stations: Station[] = [];

  async function startStation(more: Partial<SipServerOptions> = {}): Promise<Station> {
    const timers = { t1Ms: 30, t2Ms: 240, t4Ms: 100 };
    const server = await startSipServer({ udp: ANY, tcp: ANY, ws: ANY, control: ANY, secret: 'cymru', timers, ...more });
    const srf = new Srf();
    // drachtio-srf reconnects by itself; without a listener its errors would end the process.
    srf.on('error', () => undefined);
    const station: Station = {
      server,
      srf,
      uri: (user, protocol = 'udp') => `sip:${user}@127.0.0.1:${server.addresses[protocol]?.port ?? 0};transport=${protocol}`,
      on: (method, handler) => srf.use(method, (request, response) => void handler(request, response)),
    };
    void srf.connect({ host: '127.0.0.1', port: server.addresses.control.port, secret: 'cymru' });
    await happened(srf, 'connect');
    stations.push(station);
    return station;
  }

  afterEach(async () => {
    for (const { srf, server } of stations.splice(0)) {
      // It throws when there is no connection to end.
      if (server.counters().application) srf.disconnect();
      await server.close();
    }
  });

  /** Routes are sent when declared; the answer to a later ping tells that they are in place. */
  const routed = (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, 30));

  for (const protocol of ['udp', 'tcp'] as const) {
    it(`carries a call over ${protocol}: ringing, answer, re-INVITE both ways, hang-up both ways`, async () => {
      const [caller, callee] = [await startStation(), await startStation()];
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
    const [caller, callee] = [await startStation(), await startStation()];
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
      const outcome = await within(
        caller.srf.createUAC(callee.uri(String(status)), { localSdp: SDP }).then(
          () => 0,
          (error: { status: number }) => error.status,
        ),
        'refusal',
      );
      expect(outcome).toBe(status);
    }
    let sent: Srf.SrfRequest | undefined;
    // The published type leaves out the error that comes first.
    const cbRequest = ((_error: unknown, request: Srf.SrfRequest) => (sent = request)) as never;
    const cbProvisional = (response: Srf.SrfResponse): void => {
      if (response.status === 180) sent?.cancel(() => undefined);
    };
    const outcome = await within(
      caller.srf.createUAC(callee.uri('100'), { localSdp: SDP }, { cbRequest, cbProvisional }).then(
        () => 0,
        (error: { status: number }) => error.status,
      ),
      'cancel',
    );
    expect(outcome).toBe(487);
    expect(cancelled.length).toBe(1);
  });

  it('gives 408 when nobody answers and 503 when nobody can be reached', async () => {
    const caller = await startStation();
    const status = (uri: string): Promise<number> =>
      within(
        caller.srf.createUAC(uri, { localSdp: SDP }).then(
          () => 0,
          (error: { status: number }) => error.status,
        ),
        uri,
      );
    const silent = createSocket('udp4');
    await new Promise<void>((resolve) => silent.bind(0, '127.0.0.1', resolve));
    expect(await status(`sip:a@127.0.0.1:${silent.address().port}`)).toBe(408);
    silent.close();
    const closed = await startSipServer({ control: ANY, secret: 'x' });
    await closed.close();
    expect(await status(`sip:a@127.0.0.1:${closed.addresses.control.port};transport=tcp`)).toBe(503);
  });

  it('lets drachtio-srf answer digest challenges', async () => {
    const [caller, callee] = [await startStation(), await startStation()];
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
    const [caller, callee] = [await startStation(), await startStation()];
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

  it('serves a web phone: ping, REGISTER with a challenge, INVITE both ways, BYE, and 503 once its connection is gone', async () => {
    const station = await startStation();
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
    const folder = mkdtempSync(join(tmpdir(), 'sip-wss-'));
    try {
      const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
      const subject = ['-subj', '/CN=localhost', '-days', '1', '-nodes'];
      execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-keyout', key, '-out', cert, ...subject], {
        stdio: 'ignore',
      });
      const station = await startStation({ wss: { ...ANY, key: readFileSync(key), cert: readFileSync(cert) } });
      station.on('options', (request, response) => response.send(request.protocol === 'tls' ? 200 : 500));
      await routed();
      const phone = await WebPhone.connect(`wss://127.0.0.1:${station.server.addresses.wss?.port ?? 0}`);
      phone.send('OPTIONS', 'sip:example.com');
      await within(phone.expect('200 OPTIONS'), '200');
      phone.hangUpConnection();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('ends a call whose application is gone with a BYE and takes the application back', async () => {
    const [caller, callee] = [await startStation(), await startStation()];
    callee.on('invite', (request, response) => callee.srf.createUAS(request, response, { localSdp: SDP }));
    await routed();
    const dialog = await within(caller.srf.createUAC(callee.uri('a'), { localSdp: SDP }), 'call');
    const over = new Promise<string>((resolve) => {
      dialog.on('destroy', (bye: Srf.SrfRequest) => resolve(bye.get('Reason')));
    });
    callee.srf.disconnect();
    expect(await within(over, 'BYE')).toBe('SIP;cause=503;text="the application is gone"');
    await until(() => !callee.server.counters().application, 'application gone');
    const status = await caller.srf.createUAC(callee.uri('a'), { localSdp: SDP }).then(
      () => 0,
      (error: { status: number }) => error.status,
    );
    expect(status).toBe(503);

    const next = new Srf();
    void next.connect({ host: '127.0.0.1', port: callee.server.addresses.control.port, secret: 'cymru' });
    await happened(next, 'connect');
    next.invite((_request, response) => response.send(486));
    await routed();
    const busy = await caller.srf.createUAC(callee.uri('a'), { localSdp: SDP }).then(
      () => 0,
      (error: { status: number }) => error.status,
    );
    expect(busy).toBe(486);
    next.disconnect();
    await until(() => !callee.server.counters().application, 'application gone again');
  });
});

describe('The SIP server on TCP', () => {
  it('answers the double CRLF of a keep-alive and hangs up on a stream it cannot follow', async () => {
    const server = await startSipServer({ tcp: ANY, control: ANY, secret: 'x' });
    const socket = connect(server.addresses.tcp ?? ANY);
    const pong = new Promise((resolve) => socket.once('data', (chunk) => resolve(chunk.toString())));
    socket.write('\r\n\r\n');
    expect(await within(pong, 'pong')).toBe('\r\n');
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write('OPTIONS sip:a@b SIP/2.0\r\n\r\n');
    await within(closed, 'end of the connection');
    await until(() => server.counters().connections === 0, 'no connections');
    await server.close();
  });
});

describe('The control port', () => {
  /** Sends payloads as they are and returns what comes back until the server hangs up or has said enough. */
  async function exchange(server: SipServer, payloads: readonly string[], answers: number): Promise<string[]> {
    const socket = connect(server.addresses.control);
    for (const payload of payloads) socket.write(`${Buffer.byteLength(payload)}#${payload}`);
    const frames = new FrameReader();
    const lines: string[] = [];
    await new Promise<void>((resolve) => {
      socket.on('close', () => resolve());
      socket.on('data', (chunk) => {
        for (const payload of frames.push(chunk) ?? []) lines.push(payload.toString());
        if (lines.length >= answers) resolve();
      });
    });
    socket.destroy();
    return lines.map((line) => line.split('|').slice(1).join('|'));
  }

  it('refuses a wrong secret, tags, nonsense routes, unknown commands and a second application, and hangs up', async () => {
    const server = await startSipServer({ udp: ANY, control: ANY, secret: 'right' });
    expect(await exchange(server, ['1|authenticate|wrong|'], 9)).toEqual(['response|1|NO|authentication failed']);
    expect(await exchange(server, ['1|route|invite'], 9)).toEqual(['response|1|NO|not authenticated']);
    expect(await exchange(server, ['1|authenticate|right|blue'], 9)).toEqual(['response|1|NO|tags are not supported']);
    const login = '1|authenticate|right|';
    expect((await exchange(server, [login, '2|route|cdr:dance'], 9))[1]).toBe('response|2|NO|cannot route this verb');
    expect((await exchange(server, [login, '2|dance'], 9))[1]).toBe('response|2|NO|unknown message type dance');
    const first = connect(server.addresses.control);
    first.write(`${login.length}#${login}`);
    await until(() => server.counters().application, 'first application');
    expect(await exchange(server, [login], 9)).toEqual(['response|1|NO|another application is connected']);
    first.destroy();
    await server.close();
  });

  it('answers ping, and proxy with a NOK that leaves the connection open', async () => {
    const server = await startSipServer({ udp: ANY, control: ANY, secret: 'right' });
    const payloads = [
      '1|authenticate|right|',
      '2|proxy|x\r\nINVITE sip:a@b SIP/2.0\r\n\r\n',
      '3|sip||\r\nnonsense',
      '4|route|invite',
      '5|ping',
    ];
    const answers = await exchange(server, payloads, 5);
    const { host, port } = server.addresses.udp ?? ANY;
    expect(answers).toEqual([
      `response|1|OK|udp/${host}:${port}|v0.9.0|udp/${host}:${port}`,
      'response|2|NOK|proxy is not supported',
      'response|3|NOK|the sip message cannot be parsed',
      'response|4|OK',
      'response|5|OK|pong',
    ]);
    await server.close();
  });

  it('says which port is taken and leaves nothing open', async () => {
    const first = await startSipServer({ udp: ANY, control: ANY, secret: 'x' });
    const taken = startSipServer({ tcp: ANY, udp: first.addresses.udp ?? ANY, control: ANY, secret: 'x' });
    await expectAsync(taken).toBeRejectedWith(jasmine.objectContaining({ code: 'EADDRINUSE' }));
    await first.close();
  });
});
